package staff

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"madoguchi/i18n/civil"
	"madoguchi/store"
	"madoguchi/store/storetest"
)

const city = "city"

// desk is a service with one administrator, "chief", and a clock that stands.
type desk struct {
	*Service
	t     *testing.T
	db    *store.DB
	clock *storetest.Clock
	chief string
}

// monday is 9 o'clock in Japan on 2026-11-30.
var monday = time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)

const goodPassword = "correct horse battery"

// newDesk makes hashing quick: its strength is not what these tests are about.
func newDesk(t *testing.T, db *store.DB, clock *storetest.Clock) *desk {
	t.Helper()
	clock.Set(monday)
	d := &desk{Service: New(db, nil), t: t, db: db, clock: clock}
	d.hasher.Derive = func(password, salt []byte, _, _ uint32, _ uint8, n uint32) []byte {
		sum := hashed(string(salt) + string(password))
		return sum[:n]
	}
	d.chief = d.add(Account{Login: "chief", Name: "長", Booking: Administrator, Cards: Administrator, Official: true})
	return d
}

func (d *desk) update(fn func(tx *store.Tx) error) error {
	return d.db.Update(context.Background(), city, fn)
}

func (d *desk) must(fn func(tx *store.Tx) error) {
	d.t.Helper()
	if err := d.update(fn); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) add(a Account) (id string) {
	d.t.Helper()
	p, err := d.Choose(context.Background(), goodPassword)
	if err != nil {
		d.t.Fatal(err)
	}
	if a.Name == "" {
		a.Name = "職員"
	}
	d.must(func(tx *store.Tx) (err error) {
		id, err = d.Add(tx, a, p, "test")
		return err
	})
	return id
}

func (d *desk) get(id string) Record {
	d.t.Helper()
	var r Record
	d.must(func(tx *store.Tx) (err error) {
		r, err = d.Get(tx, id)
		return err
	})
	return r
}

func (d *desk) signIn(login, password string) (secret string, half bool, err error) {
	return d.SignIn(context.Background(), Attempt{Tenant: city, Login: login, Password: password, Address: "192.0.2.1", Agent: "test"})
}

// session returns the session of a secret, or the error.
func (d *desk) session(secret string) (session Session, err error) {
	err = d.db.View(context.Background(), city, func(tx *store.Tx) (err error) {
		session, err = d.Session(tx, secret)
		return err
	})
	return session, err
}

func each(t *testing.T, test func(d *desk)) {
	clock := storetest.NewClock(monday)
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(newDesk(t, db, clock)) }, storetest.At(clock))
}

// S4-070, S4-074: who may sign in, and when.
func TestSignIn(t *testing.T) {
	each(t, func(d *desk) {
		t := d.t
		d.add(Account{Login: "clerk", Booking: Clerk})
		d.add(Account{Login: "gone", Booking: Clerk, Disabled: true})
		d.add(Account{Login: "later", Booking: Clerk, From: civil.Date{Year: 2026, Month: 12, Day: 1}})
		d.add(Account{Login: "earlier", Booking: Clerk, To: civil.Date{Year: 2026, Month: 11, Day: 29}})
		d.add(Account{Login: "today", Booking: Clerk, From: civil.Date{Year: 2026, Month: 11, Day: 30}, To: civil.Date{Year: 2026, Month: 11, Day: 30}})
		for _, c := range []struct {
			login, password string
			want            error
		}{
			{"clerk", goodPassword, nil}, {" Clerk ", goodPassword, nil}, {"ｃｌｅｒｋ", goodPassword, nil}, {"today", goodPassword, nil},
			{"clerk", "wrong", ErrRefused}, {"clerk", "", ErrRefused}, {"nobody", goodPassword, ErrRefused},
			{"gone", goodPassword, ErrRefused}, {"later", goodPassword, ErrRefused}, {"earlier", goodPassword, ErrRefused},
		} {
			secret, half, err := d.signIn(c.login, c.password)
			if !errors.Is(err, c.want) || (err == nil) != (secret != "") || half {
				t.Errorf("%s with %q: %v, half %v, want %v", c.login, c.password, err, half, c.want)
			}
		}
		// Valid until the end of its last day, whatever was opened before.
		d.clock.Set(time.Date(2026, 11, 30, 14, 50, 0, 0, time.UTC))
		secret, _, err := d.signIn("today", goodPassword)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := d.session(secret); err != nil || s.Account.Login != "today" || len(s.Token) < 32 {
			t.Errorf("session %+v, %v", s, err)
		}
		d.clock.Set(time.Date(2026, 11, 30, 15, 0, 0, 0, time.UTC)) // midnight
		if _, err := d.session(secret); !errors.Is(err, ErrNoSession) {
			t.Errorf("after the last day: %v", err)
		}
		later, _, err := d.signIn("later", goodPassword)
		if err != nil || later == "" {
			t.Errorf("on the first day: %v", err)
		}
	})
}

// A12: ten wrong passwords, then nobody gets in for a while, not even with the
// right one; an unknown login is treated the same, with the same work.
func TestA12WrongPasswordsAreCounted(t *testing.T) {
	each(t, func(d *desk) {
		t := d.t
		d.add(Account{Login: "clerk", Booking: Clerk})
		work := 0
		derive := d.hasher.Derive
		d.hasher.Derive = func(password, salt []byte, time, memory uint32, threads uint8, n uint32) []byte {
			work++
			if time != 2 || memory != 19<<10 || threads != 1 {
				t.Errorf("hashed with other parameters: %d %d %d", time, memory, threads)
			}
			return derive(password, salt, time, memory, threads, n)
		}
		try := func(login, address string) error {
			_, _, err := d.SignIn(context.Background(), Attempt{Tenant: city, Login: login, Password: "wrong", Address: address})
			return err
		}
		for _, login := range []string{"clerk", "nobody"} {
			work = 0
			for i := range accountTries {
				if err := try(login, string(rune('a'+i))+login); !errors.Is(err, ErrRefused) {
					t.Fatalf("try %d of %s: %v", i+1, login, err)
				}
			}
			if work != accountTries {
				t.Errorf("%s: %d hashes for %d tries", login, work, accountTries)
			}
			if err := try(login, "another"+login); !errors.Is(err, ErrThrottled) {
				t.Errorf("try 11 of %s: %v", login, err)
			}
			if work != accountTries {
				t.Errorf("%s: a throttled try was hashed", login)
			}
		}
		if _, _, err := d.signIn("clerk", goodPassword); !errors.Is(err, ErrThrottled) {
			t.Errorf("the right password of a locked account: %v", err)
		}
		for i := range 10 {
			if err := try(string(rune('a'+i))+"x", "one address"); !errors.Is(err, ErrRefused) {
				t.Fatalf("try %d of an address: %v", i+1, err)
			}
		}
		if err := try("somebody", "one address"); !errors.Is(err, ErrThrottled) {
			t.Errorf("try 11 of an address: %v", err)
		}
		d.clock.Advance(tryWindow + tryWindow/8)
		if _, _, err := d.signIn("clerk", goodPassword); err != nil {
			t.Errorf("after the wait: %v", err)
		}
		// Right passwords cost an address nothing: many people share one.
		for i := range 15 {
			if _, _, err := d.signIn("clerk", goodPassword); err != nil {
				t.Fatalf("sign-in %d: %v", i, err)
			}
		}
	})
}

// A13: a session ends at sign-out, when it idles, at the latest after its time,
// and at once when the account loses what it had.
func TestA13SessionEnds(t *testing.T) {
	each(t, func(d *desk) {
		t := d.t
		clerk := d.add(Account{Login: "clerk", Booking: Clerk})
		save := func(change func(*Account)) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				r, err := d.Get(tx, clerk)
				if err != nil {
					return err
				}
				change(&r.Account)
				return d.Save(tx, r.Account, r.Version, d.chief)
			}
		}
		for _, c := range []struct {
			name string
			do   func(secret string) func(tx *store.Tx) error
			wait time.Duration
		}{
			{"sign-out", func(secret string) func(tx *store.Tx) error {
				return func(tx *store.Tx) error { return d.SignOut(tx, secret) }
			}, 0},
			{"sign-out everywhere", func(string) func(tx *store.Tx) error {
				return func(tx *store.Tx) error { return d.EndSessions(tx, clerk, "", clerk) }
			}, 0},
			{"another role", func(string) func(tx *store.Tx) error { return save(func(a *Account) { a.Booking = Manager }) }, 0},
			{"no official any more", func(string) func(tx *store.Tx) error {
				return save(func(a *Account) { a.Official = !a.Official })
			}, 0},
			{"reset", func(string) func(tx *store.Tx) error {
				return func(tx *store.Tx) error {
					_, p, err := d.Generate(context.Background())
					if err != nil {
						return err
					}
					if err := d.Reset(tx, clerk, p, true, d.chief); err != nil {
						return err
					}
					p, err = d.Choose(context.Background(), goodPassword)
					if err != nil {
						return err
					}
					return d.setPassword(tx, clerk, p, false)
				}
			}, 0},
			{"idle", nil, 30 * time.Minute},
			{"disabled", func(string) func(tx *store.Tx) error { return save(func(a *Account) { a.Disabled = true }) }, 0},
		} {
			secret, _, err := d.signIn("clerk", goodPassword)
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if _, err := d.session(secret); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if c.do != nil {
				d.must(c.do(secret))
			}
			d.clock.Advance(c.wait)
			if _, err := d.session(secret); !errors.Is(err, ErrNoSession) {
				t.Errorf("%s: the session is open: %v", c.name, err)
			}
		}
		d.must(save(func(a *Account) { a.Disabled = false }))
		secret, _, err := d.signIn("clerk", goodPassword)
		if err != nil {
			t.Fatal(err)
		}
		for range 35 { // twelve hours at work, a request every twenty minutes
			d.clock.Advance(20 * time.Minute)
			s, err := d.session(secret)
			if err != nil {
				t.Fatal(err)
			}
			if !s.Stale() {
				t.Fatal("the session was not to be written down")
			}
			d.must(func(tx *store.Tx) error { return d.Touch(tx, s.ID) })
		}
		d.clock.Advance(20 * time.Minute)
		if _, err := d.session(secret); !errors.Is(err, ErrNoSession) {
			t.Errorf("after twelve hours: %v", err)
		}
		// What is over is purged.
		d.clock.Advance(24 * time.Hour)
		if err := d.Jobs()[0].Run(context.Background(), city); err != nil {
			t.Fatal(err)
		}
		var left int
		d.must(func(tx *store.Tx) error {
			return tx.Row(`SELECT COUNT(*) FROM staff_session WHERE tenant=$1`, city).Scan(&left)
		})
		if left != 0 {
			t.Errorf("%d sessions were left", left)
		}
	})
}

// A13, fixation: a sign-in ends the session the browser had, and a new password
// gives the running one another secret.
func TestA13NewSecretAtSignIn(t *testing.T) {
	each(t, func(d *desk) {
		t := d.t
		clerk := d.add(Account{Login: "clerk", Booking: Clerk, Temporary: true})
		first, _, err := d.signIn("clerk", goodPassword)
		if err != nil {
			t.Fatal(err)
		}
		second, _, err := d.SignIn(context.Background(), Attempt{Tenant: city, Login: "clerk", Password: goodPassword, Old: first})
		if err != nil || second == first {
			t.Fatalf("%v", err)
		}
		if _, err := d.session(first); !errors.Is(err, ErrNoSession) {
			t.Errorf("the session before: %v", err)
		}
		if s, err := d.session(second); err != nil || !s.NeedsPassword {
			t.Errorf("%+v %v", s, err)
		}
		p, err := d.Choose(context.Background(), "another long password")
		if err != nil {
			t.Fatal(err)
		}
		var third string
		d.must(func(tx *store.Tx) (err error) {
			third, err = d.SetPassword(tx, clerk, second, p)
			return err
		})
		if _, err := d.session(second); !errors.Is(err, ErrNoSession) {
			t.Errorf("the session under its old secret: %v", err)
		}
		if s, err := d.session(third); err != nil || s.NeedsPassword {
			t.Errorf("%+v %v", s, err)
		}
		if _, _, err := d.signIn("clerk", goodPassword); !errors.Is(err, ErrRefused) {
			t.Errorf("the old password: %v", err)
		}
	})
}

func TestSecondFactor(t *testing.T) {
	each(t, func(d *desk) {
		t := d.t
		var f, again Factor
		d.must(func(tx *store.Tx) (err error) {
			if f, err = d.Enrol(tx, d.chief, "みほん市 窓口"); err != nil {
				return err
			}
			again, err = d.Enrol(tx, d.chief, "みほん市 窓口")
			return err
		})
		if f != again || len(f.Secret) != 32 {
			t.Errorf("%+v %+v", f, again)
		}
		code := func() string {
			c, err := totp.GenerateCode(f.Secret, d.clock.Now())
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		wrong := func() string {
			if code() == "123456" {
				return "654321"
			}
			return "123456"
		}
		err := d.update(func(tx *store.Tx) error { _, err := d.Enrolled(tx, d.chief, wrong()); return err })
		if !errors.Is(err, ErrCode) {
			t.Errorf("a wrong code at set-up: %v", err)
		}
		if d.get(d.chief).Second {
			t.Error("a second factor without a code of it")
		}
		var recovery []string
		d.must(func(tx *store.Tx) (err error) {
			recovery, err = d.Enrolled(tx, d.chief, code())
			return err
		})
		if !d.get(d.chief).Second || len(recovery) != recoveryCodes || len(recovery[0]) != 29 {
			t.Fatalf("%v", recovery)
		}
		enter := func(code string) (string, error) {
			half, isHalf, err := d.signIn("chief", goodPassword)
			if err != nil || !isHalf {
				t.Fatalf("half %v, %v", isHalf, err)
			}
			if s, err := d.session(half); err != nil || !s.Half {
				t.Fatalf("%+v %v", s, err)
			}
			var secret string
			var refused error
			d.must(func(tx *store.Tx) error { secret, refused = d.Code(tx, half, code); return nil })
			if refused == nil {
				if _, err := d.session(half); !errors.Is(err, ErrNoSession) {
					t.Errorf("the half session goes on: %v", err)
				}
				if s, err := d.session(secret); err != nil || s.Half {
					t.Errorf("%+v %v", s, err)
				}
			}
			return secret, refused
		}
		if _, err := enter(code()); !errors.Is(err, ErrCode) {
			t.Errorf("the code of the set-up, again: %v", err)
		}
		d.clock.Advance(30 * time.Second)
		first := code()
		if _, err := enter(first[:3] + " " + first[3:]); err != nil {
			t.Errorf("a code in groups: %v", err)
		}
		if _, err := enter(first); !errors.Is(err, ErrCode) {
			t.Errorf("a used code: %v", err)
		}
		if _, err := enter(recovery[0]); err != nil {
			t.Errorf("a recovery code: %v", err)
		}
		if _, err := enter(recovery[0]); !errors.Is(err, ErrCode) {
			t.Errorf("a used recovery code: %v", err)
		}
		for range codeTries {
			if _, err := enter(wrong()); errors.Is(err, ErrThrottled) {
				break
			}
		}
		if _, err := enter(wrong()); !errors.Is(err, ErrThrottled) {
			t.Errorf("after ten wrong codes: %v", err)
		}
		d.must(func(tx *store.Tx) error { return d.DropSecond(tx, d.chief, "test") })
		if _, half, err := d.signIn("chief", goodPassword); err != nil || half {
			t.Errorf("without the second factor: half %v, %v", half, err)
		}
	})
}

// Nobody can leave a municipality without an administrator, or take their own
// access away.
func TestLastAdministratorStays(t *testing.T) {
	each(t, func(d *desk) {
		t := d.t
		save := func(id, by string, change func(*Account)) error {
			return d.update(func(tx *store.Tx) error {
				r, err := d.Get(tx, id)
				if err != nil {
					return err
				}
				change(&r.Account)
				return d.Save(tx, r.Account, r.Version, by)
			})
		}
		lower := func(a *Account) { a.Booking, a.Cards = Clerk, None }
		disable := func(a *Account) { a.Disabled = true }
		if err := save(d.chief, d.chief, disable); !errors.Is(err, ErrSelf) {
			t.Errorf("disabling oneself: %v", err)
		}
		if err := save(d.chief, d.chief, lower); !errors.Is(err, ErrSelf) {
			t.Errorf("lowering oneself: %v", err)
		}
		for name, change := range map[string]func(*Account){"disable": disable, "lower": lower, "end": func(a *Account) { a.To = civil.Date{Year: 2026, Month: 12, Day: 1} }} {
			if err := save(d.chief, "cli", change); !errors.Is(err, ErrLast) {
				t.Errorf("%s the last: %v", name, err)
			}
		}
		second := d.add(Account{Login: "second", Cards: Administrator})
		if err := save(d.chief, second, disable); err != nil {
			t.Errorf("with another one left: %v", err)
		}
		if err := save(second, "cli", disable); !errors.Is(err, ErrLast) {
			t.Errorf("the last that is left: %v", err)
		}
	})
}

func TestAccountIsKept(t *testing.T) {
	each(t, func(d *desk) {
		t := d.t
		want := Account{
			Login: "clerk", Name: "窓口 花子", Mail: "hanako@city.example", Body: "みほん市", Booking: Clerk, Cards: Manager, Official: true,
			Counters: []string{"honcho", "nishi"}, From: civil.Date{Year: 2026, Month: 4, Day: 1}, To: civil.Date{Year: 2027, Month: 3, Day: 31}, Temporary: true,
		}
		want.ID = d.add(want)
		got := d.get(want.ID)
		if !equal(got.Account, want) {
			t.Errorf("%+v\n%+v", got.Account, want)
		}
		if err := d.update(func(tx *store.Tx) error {
			_, err := d.Add(tx, Account{Login: "clerk", Name: "x", Booking: Clerk}, Password{"x"}, "test")
			return err
		}); !errors.Is(err, ErrTaken) {
			t.Errorf("the same login: %v", err)
		}
		if err := d.update(func(tx *store.Tx) error { return d.Save(tx, want, 7, "test") }); !errors.Is(err, ErrChanged) {
			t.Errorf("an older version: %v", err)
		}
		want.Login = "chief"
		if err := d.update(func(tx *store.Tx) error { return d.Save(tx, want, 1, "test") }); !errors.Is(err, ErrTaken) {
			t.Errorf("another's login: %v", err)
		}
		for field, a := range map[string]Account{
			"login": {Login: "山田", Name: "x", Booking: Clerk}, "name": {Login: "xx", Name: " ", Booking: Clerk}, "roles": {Login: "xx", Name: "x"},
			"mail": {Login: "xx", Name: "x", Booking: Clerk, Mail: "x"}, "period": {Login: "xx", Name: "x", Booking: Clerk, From: want.To, To: want.From},
		} {
			var f Fault
			if err := a.Check(); !errors.As(err, &f) || f.Field != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		var page []Record
		var total int
		d.must(func(tx *store.Tx) (err error) {
			page, total, err = d.List(tx, Filter{Text: "花子"})
			return err
		})
		if total != 1 || page[0].ID != want.ID || page[0].Mail != "" {
			t.Errorf("found %d: %+v", total, page)
		}
	})
}

func equal(a, b Account) bool { return len(differences(a, b)) == 0 && a.Temporary == b.Temporary }

// Who manages one system does not get into the other by somebody's password.
func TestManagingIsWithinASystem(t *testing.T) {
	both := Account{Booking: Administrator, Cards: Administrator}
	cards := Account{Cards: Administrator}
	for _, c := range []struct {
		a, b Account
		want bool
	}{
		{both, both, true}, {both, cards, true}, {cards, both, false}, {cards, Account{Booking: Clerk}, false}, {cards, Account{Cards: Clerk}, true},
		{cards, Account{Booking: Clerk, Cards: Clerk}, false}, {Account{Booking: Manager, Cards: Manager}, Account{Cards: Clerk}, false},
	} {
		if got := c.a.MayManage(c.b); got != c.want {
			t.Errorf("%+v manages %+v: %v", c.a, c.b, got)
		}
	}
}
