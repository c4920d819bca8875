package bot_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"madoguchi/bot"
	"madoguchi/bot/action"
	"madoguchi/flows"
	"madoguchi/flows/procedures"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store"
)

// paperDesk is a desk with three counters and free times that never run out.
type paperDesk struct{ start civil.DateTime }

func (paperDesk) Counters(*store.Tx, string, i18n.Lang) ([]bot.Counter, error) {
	return []bot.Counter{{ID: "honcho", Name: "本庁 市民課窓口"}, {ID: "ekimae", Name: "駅前出張所"}, {ID: "nishi", Name: "西サポートセンター"}}, nil
}

func (p paperDesk) Offers(_ *store.Tx, q bot.OfferQuery) ([]bot.Offer, error) {
	out := make([]bot.Offer, q.Limit)
	for i := range out {
		out[i] = bot.Offer{Counter: "honcho", Name: "本庁 市民課窓口", Start: p.start.Add(30 * i), Free: 5}
	}
	return out, nil
}

func (paperDesk) Hold(*store.Tx, string, bot.OfferQuery, string, civil.DateTime) (string, error) {
	return "hold", nil
}
func (paperDesk) Release(*store.Tx, string) error    { return nil }
func (paperDesk) ReleaseAll(*store.Tx, string) error { return nil }
func (paperDesk) Bookings(*store.Tx, []string, i18n.Lang) ([]bot.Choice, error) {
	return nil, nil
}
func (paperDesk) Quiet(*store.Tx, bot.OfferQuery) ([]bot.Offer, bool, error) { return nil, false, nil }
func (paperDesk) Hours(*store.Tx, i18n.Lang) ([]bot.OpenHours, error)        { return nil, nil }
func (paperDesk) Open(*store.Tx, civil.Date) (bool, error)                   { return true, nil }

// talk is a dialog that goes round for ever within one procedure, so that the
// turn at which it is measured can be chosen.
var talk = []bot.Inbound{
	{Choice: "self"}, {Text: "ふたり"}, {Text: "駅前"}, {Text: "来週の火曜の午後"}, {Choice: "honcho/2026-12-01T10:00"},
	{Text: "窓口を変えたい"}, {Text: "本庁"}, {Choice: "honcho/2026-12-01T10:30"}, {Text: "転入届とは何ですか"}, {Text: "最初から"},
}

func rehearsal(tb testing.TB) (*bot.Engine, map[string]*flows.Flow) {
	cat := i18n.Builtin()
	current := map[string]*flows.Flow{}
	for _, name := range procedures.Order {
		f, err := procedures.Compile(name, procedures.Files(), action.Vocabulary(), cat)
		if err != nil {
			tb.Fatal(err)
		}
		current[name] = f
	}
	start, _ := civil.ParseDateTime("2026-12-01T10:00")
	actions := &action.Actions{}
	return bot.New(bot.Engine{Desk: paperDesk{start}, Texts: cat, Actions: actions.Table()}), current
}

// BenchmarkTurn is a full turn in memory: stored state in, understanding, flow
// machine, messages and new state out, no database. It must not depend on how
// long people have talked.
func BenchmarkTurn(b *testing.B) {
	for _, from := range []int{1, 200} {
		b.Run(fmt.Sprintf("from-turn-%d", from), func(b *testing.B) {
			engine, current := rehearsal(b)
			answers, err := procedures.FAQ(i18n.Builtin())
			if err != nil {
				b.Fatal(err)
			}
			r := bot.Rehearsal{
				Engine: engine, Shelf: bot.NewShelf(current, procedures.Order, answers, procedures.Said),
				Site: &bot.Site{City: bot.Words{i18n.Japanese: "みほん市"}, Phone: "00-0000-0000", Languages: []i18n.Lang{i18n.Japanese, i18n.English}},
				Now:  time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC),
			}
			state, _, err := r.Turn(context.Background(), nil, bot.Inbound{Flow: "card-pickup", Channel: "web"})
			if err != nil {
				b.Fatal(err)
			}
			turn := func(i int) {
				in := talk[i%len(talk)]
				in.Channel = "web"
				if state, _, err = r.Turn(context.Background(), state, in); err != nil {
					b.Fatal(err)
				}
				r.Now = r.Now.Add(2 * time.Second)
			}
			for i := range from - 1 {
				turn(i)
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				turn(i + from - 1)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "turns/s")
			b.ReportMetric(float64(len(state)), "state-B")
		})
	}
}
