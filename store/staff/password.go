package staff

import (
	"context"

	"madoguchi/store/password"
)

// Password is one as it is stored. It is made by Choose or Generate, before the
// transaction that stores it: the work takes tens of milliseconds.
type Password struct{ phc string }

// Choose makes the password that a person wants. words are names that must not
// be most of it: the login, the municipality. The error is a password.Fault,
// password.ErrBusy or the context's.
func (s *Service) Choose(ctx context.Context, text string, words ...string) (Password, error) {
	if err := password.Check(text, words...); err != nil {
		return Password{}, err
	}
	phc, err := s.hasher.Hash(ctx, text)
	return Password{phc}, err
}

// Generate makes a password nobody picks: what an administrator hands over.
// text is shown once.
func (s *Service) Generate(ctx context.Context) (text string, p Password, err error) {
	text = password.Generate()
	phc, err := s.hasher.Hash(ctx, text)
	return text, Password{phc}, err
}
