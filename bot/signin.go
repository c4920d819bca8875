package bot

import "time"

// signedIn is how long a sign-in lasts without a word: devices are lent and
// shared, and a booking made is in the hand of its access key anyway.
const signedIn = 30 * time.Minute

// remember lets a sign-in go on, or ends it when nothing was said for long.
func (d *dialog) remember() {
	if d.s.Resident == "" {
		return
	}
	if d.instant.Unix() > d.s.Known {
		d.signOut()
		return
	}
	d.s.Known = d.instant.Add(signedIn).Unix()
}

func (d *dialog) signIn(resident string) {
	d.s.Resident, d.s.Known = resident, d.instant.Add(signedIn).Unix()
}

func (d *dialog) signOut() { d.s.Resident, d.s.Known = "", 0 }

// owners are those whose bookings this person sees as their own: this
// conversation, and the resident who has signed in, whatever the channel.
func (d *dialog) owners() []string {
	if d.s.Resident == "" {
		return []string{d.owner}
	}
	return []string{d.owner, d.s.Resident}
}
