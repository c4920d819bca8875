package staff

// Right is one thing a person may do. Pages and actions name the right they
// need; nothing else decides.
type Right string

// The rights.
const (
	SeeVisits     Right = "visits.see"
	ReceiveVisits Right = "visits.receive" // reception: 来場, 不来場の訂正
	EditVisits    Right = "visits.edit"    // 代理予約・変更・取消
	ForceVisits   Right = "visits.force"   // beyond capacity and booking window
	ExportVisits  Right = "visits.export"

	SeeResidents    Right = "residents.see" // masked
	UnmaskResidents Right = "residents.unmask"
	EditResidents   Right = "residents.edit"
	ImportResidents Right = "residents.import"
	ExportResidents Right = "residents.export"
	EraseResidents  Right = "residents.erase"

	SeeCards      Right = "cards.see"
	RegisterCards Right = "cards.register" // progress, except identity and delivery
	DeliverCards  Right = "cards.deliver"  // 本人確認済, 交付
	ReceiveCards  Right = "cards.receive"  // batches from J-LIS, storage places
	UndoCards     Right = "cards.undo"
	ExportCards   Right = "cards.export"
	LabelCards    Right = "cards.label" // names of the states

	PrintLetters Right = "letters.print"
	EditLetters  Right = "letters.edit"

	SeeSetup   Right = "setup.see"
	EditSetup  Right = "setup.edit"
	EditFields Right = "fields.edit"
	EditTexts  Right = "texts.edit"

	SeeReports  Right = "reports.see"
	ManageStaff Right = "staff.manage"
	SeeAudit    Right = "audit.see"
)

// officials are the rights that only officials have (S4-083).
var officials = map[Right]bool{DeliverCards: true}

// What each stage may do in the booking system (S4-072, S4-073).
var booking = map[Role][]Right{
	Clerk: {SeeVisits, ReceiveVisits, EditVisits, SeeResidents},
	Manager: {
		SeeVisits, ReceiveVisits, EditVisits, ForceVisits, ExportVisits,
		SeeResidents, UnmaskResidents, EditResidents, ImportResidents, ExportResidents,
		SeeSetup, EditSetup, SeeReports,
	},
	Administrator: {
		SeeVisits, ReceiveVisits, EditVisits, ForceVisits, ExportVisits,
		SeeResidents, UnmaskResidents, EditResidents, ImportResidents, ExportResidents, EraseResidents,
		SeeSetup, EditSetup, EditFields, EditTexts, SeeReports, ManageStaff, SeeAudit,
	},
}

// What each stage may do in the progress system.
var cards = map[Role][]Right{
	Clerk:   {SeeCards, RegisterCards, DeliverCards},
	Manager: {SeeCards, RegisterCards, DeliverCards, ReceiveCards, UndoCards, ExportCards, PrintLetters, SeeReports},
	Administrator: {
		SeeCards, RegisterCards, DeliverCards, ReceiveCards, UndoCards, ExportCards, LabelCards,
		PrintLetters, EditLetters, SeeReports, ManageStaff, SeeAudit,
	},
}
