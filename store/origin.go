package store

import "context"

type originKey struct{}

// WithOrigin returns a context whose transactions write into every audit row
// where the request came from: a network address. It is for work that a person
// on the staff side asked for; residents' addresses are not written down.
func WithOrigin(ctx context.Context, address string) context.Context {
	return context.WithValue(ctx, originKey{}, address)
}

// origin returns the address of WithOrigin, "" outside one.
func origin(ctx context.Context) string {
	address, _ := ctx.Value(originKey{}).(string)
	return address
}
