package line

// DefaultMenu is what the areas of the built-in rich menu do.
var DefaultMenu = map[string]MenuItem{
	"book":      {Flow: "reservation"},
	"change":    {Text: "予約を変更・取り消したい"},
	"questions": {Text: "質問したい"},
	"language":  {Text: "言語を変えたい"},
}
