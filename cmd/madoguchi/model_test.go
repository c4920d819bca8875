package main

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"madoguchi/bot/outgoing"
	"madoguchi/bot/understand/model"
	"madoguchi/bot/understand/model/modeltest"
	"madoguchi/store"
	"madoguchi/store/tenant"
)

// With a model configured, words that no rule reads become a proposal; what was
// said and the key stand nowhere but there, and the meters say what came of it.
// Without one the first screen says so, once, and nothing is counted.
func TestModel(t *testing.T) {
	server := modeltest.New()
	defer server.Close()
	s := serve(t, map[string]string{"OPENAI_BASE_URL": server.URL, "OPENAI_API_KEY": server.Key, "OPENAI_MODEL": "stand-in"})
	if strings.Contains(s.screen.String(), "language model") {
		t.Errorf("the model is said to be off:\n%s", s.screen)
	}
	server.Answer(func(r modeltest.Request) string { return modeltest.Value(r.Named("代理人(ご")) })
	hanako := s.talk("hanako")
	const unread = "夫のよもやまの用事で来ました"
	if a := hanako.say("[card-pickup]", unread); !strings.Contains(a.text(), "「代理人（ご家族など）」でよろしいですか。") || a.Step != "visitor" {
		t.Errorf("at %s: %s", a.Step, a.text())
	}
	if a := hanako.say("はい"); a.Step == "visitor" {
		t.Errorf("after the yes at %s: %s", a.Step, a.text())
	}
	server.Fail(modeltest.Error500)
	if a := s.talk("taro").say("[card-pickup]", unread); a.Step != "visitor" || len(a.Messages[0].Choices) != 4 {
		t.Errorf("with a failing model: %s", a.text())
	}
	_, metrics := s.do(s.request("GET", "/metrics", ""))
	for _, want := range []string{`madoguchi_model_total{outcome="proposed"} 1`, `madoguchi_model_total{outcome="failing"} 1`, `madoguchi_model_total{outcome="timeout"} 0`, "madoguchi_model_seconds_count 2"} {
		if !strings.Contains(string(metrics), want) {
			t.Errorf("%s is not in the metrics", want)
		}
	}
	s.nowhere(unread, "よもやま", server.Key)
	if v := server.Violations(); len(v) > 0 {
		t.Errorf("a strict server refuses: %v", v)
	}

	off := serve(t, map[string]string{"OPENAI_API_KEY": server.Key})
	if n := strings.Count(off.screen.String(), "off             language model (set OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL)"); n != 1 {
		t.Errorf("said %d times:\n%s", n, off.screen)
	}
	if a := off.talk("hanako").say("[card-pickup]", unread); a.Step != "visitor" {
		t.Errorf("without a model: %s", a.text())
	}
	_, metrics = off.do(off.request("GET", "/metrics", ""))
	if !strings.Contains(string(metrics), "madoguchi_model_seconds_count 0") {
		t.Error("without a model something is counted")
	}
}

// Whose model is whose: the operator's is the first tenant's, a tenant's own
// comes with its own key and must be on the public internet.
func TestModelOfTenants(t *testing.T) {
	ctx := context.Background()
	config := Config{Data: t.TempDir(), Key: stageKey, OpenAIURL: "http://127.0.0.1:11434/v1", OpenAIKey: "operator's", OpenAIModel: "llama"}
	config.Database = config.Data + "/m.db"
	h, err := open(&environment{ctx: ctx, config: config}, slog.New(slog.DiscardHandler), true)
	if err != nil {
		t.Fatal(err)
	}
	defer h.close()
	if err := h.tenants.Create(ctx, tenant.Tenant{ID: "village", Name: "むら"}, "test"); err != nil {
		t.Fatal(err)
	}
	account := func(id string) (a *model.Account) {
		t.Helper()
		if err := h.db.View(ctx, id, func(tx *store.Tx) (err error) {
			a, err = h.modelAccount(tx)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return a
	}
	set := func(id string, s model.Settings) {
		t.Helper()
		known, err := h.tenants.Load(ctx, id)
		if err == nil {
			err = known.Settings.SetSection(model.Section, s)
		}
		if err == nil {
			err = h.tenants.Save(ctx, known, "test")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	operators := model.Server{URL: "http://127.0.0.1:11434/v1", Key: "operator's", Model: "llama", Trust: outgoing.Operator}
	want := &model.Account{Server: operators, Limit: model.Settings{}.Limit()}
	if diff := cmp.Diff(want, account(sampleID)); diff != "" {
		t.Errorf("the first tenant (-want +got)\n%s", diff)
	}
	if a := account("village"); a != nil {
		t.Errorf("the second tenant: %+v", a)
	}

	set("village", model.Settings{URL: "https://api.example.com/v1", Model: "gpt", Calls: 7, Verbatim: true})
	want = &model.Account{Server: model.Server{URL: "https://api.example.com/v1", Model: "gpt"}, Limit: model.Settings{Calls: 7}.Limit(), Verbatim: true}
	if diff := cmp.Diff(want, account("village")); diff != "" {
		t.Errorf("its own, without a key (-want +got)\n%s", diff)
	}
	if err := h.tenants.SetSecret(ctx, "village", model.Secret, "village's", "test"); err != nil {
		t.Fatal(err)
	}
	if a := account("village"); a.Key != "village's" {
		t.Errorf("its own key: %q", a.Key)
	}
	set(sampleID, model.Settings{URL: "https://api.example.com/v1", Model: "gpt"})
	if a := account(sampleID); a.Key != "" || a.Trust != outgoing.Tenant {
		t.Errorf("the operator's key goes elsewhere: %+v", a.Server)
	}
	set(sampleID, model.Settings{Off: true})
	if a := account(sampleID); a != nil {
		t.Errorf("switched off: %+v", a)
	}
}

// A wrong address is a usage error that names the variable and not what is in it.
func TestModelAddress(t *testing.T) {
	for _, address := range []string{"http://api.example.com:secret/v1", "https://user:secret@api.example.com/v1", "https://169.254.169.254/secret", "file:///secret"} {
		_, err := newModelServer(Config{OpenAIURL: address, OpenAIModel: "m"})
		if err == nil || !strings.Contains(err.Error(), "OPENAI_BASE_URL") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", address, err)
		}
	}
	for c, want := range map[Config]string{
		{}:                                  "",
		{OpenAIKey: "k"}:                    "",
		{OpenAIModel: "m"}:                  "",
		{OpenAIURL: "https://x.example/v1"}: "",
		{OpenAIKey: "k", OpenAIModel: "m"}:  openAI,
		{OpenAIURL: "http://model.local:8000/v1", OpenAIModel: "m"}: "http://model.local:8000/v1",
	} {
		if s, err := newModelServer(c); err != nil || s.URL != want {
			t.Errorf("%+v: %q, %v", c, s.URL, err)
		}
	}
}
