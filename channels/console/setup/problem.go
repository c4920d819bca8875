package setup

import (
	"errors"
	"net/http"

	"madoguchi/channels/console"
	"madoguchi/store/reservation"
)

// settingsProblem puts a refusal of the settings into words.
func settingsProblem(err error) error {
	switch {
	case errors.Is(err, reservation.ErrStale):
		return &console.Problem{Status: http.StatusConflict, Text: "setup.problem.stale"}
	case errors.Is(err, reservation.ErrPast):
		return &console.Problem{Status: http.StatusConflict, Text: "setup.problem.past"}
	}
	return err
}
