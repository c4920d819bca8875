package main

import "madoguchi/bot/action"

func (h *house) roster() action.Roster { return nil }
