// Command madoguchi runs the counter of a municipality: the dialog on LINE, on
// the web and in the terminal, and everything staff and operators do from a
// shell. README.md and "madoguchi help" describe it; CONTRACT names what others
// rely on.
//
// This folder wires the rooms together and nothing else: config.go reads the
// settings, house.go builds the program, and each command is a file of its own.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"madoguchi/i18n"
)

// Exit codes (CONTRACT).
const (
	exitFault = 1
	exitUsage = 2
)

// errUsage marks a mistake in how the command was called.
var errUsage = errors.New("wrong usage")

// cli is the command line. The first command is the default.
type cli struct {
	Config

	Now string `help:"Set the clock for this command (RFC 3339)." placeholder:"TIME"`

	Serve      serveCommand      `cmd:"" default:"withargs" help:"Serve everything (the default)."`
	Chat       chatCommand       `cmd:"" help:"A dialog in the terminal."`
	Understand understandCommand `cmd:"" help:"Print what the bot makes of a phrase."`
	Flow       flowCommand       `cmd:"" help:"Check, test, draw and publish procedures."`
	Texts      textsCommand      `cmd:"" help:"Texts for translators and back: export, import."`
	Booking    bookingCommand    `cmd:"" help:"Bookings: list, show, book, change, cancel, check in."`
	Counter    counterCommand    `cmd:"" help:"Counters: import and export their opening plan."`
	Case       caseCommand       `cmd:"" help:"Cards on their way: list, show, register, undo, import."`
	Vacancy    vacancyCommand    `cmd:"" help:"Free places."`
	Staff      staffCommand      `cmd:"" help:"Staff accounts: add, list, disable, reset."`
	Resident   residentCommand   `cmd:"" help:"The roster of residents: import, issue IDs, erase."`
	Report     reportCommand     `cmd:"" help:"Reports: the month, the coming weeks, the procedures."`
	Tenant     tenantCommand     `cmd:"" help:"The municipalities served here."`
	Line       lineCommand       `cmd:"" help:"Set up a tenant's LINE channel."`
	Model      modelCommand      `cmd:"" help:"A tenant's language model: show, set, test."`
	Print      printCommand      `cmd:"" help:"Letters and address labels as PDF."`
	Job        jobCommand        `cmd:"" help:"Run a periodic job now."`
	Migrate    migrateCommand    `cmd:"" help:"Bring the database up to date."`
	Backup     backupCommand     `cmd:"" help:"Write a copy of the database to a file."`
	Restore    restoreCommand    `cmd:"" help:"Put a backup in place of the database."`
	Verify     verifyCommand     `cmd:"" help:"Check every invariant; exit 1 naming each breach."`
	Rotate     rotateCommand     `cmd:"" help:"Change the master key."`
}

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// environment is what a command works in.
type environment struct {
	ctx    context.Context
	config Config
	in     io.Reader
	out    io.Writer
	err    io.Writer
	clock  func() time.Time
	texts  *i18n.Catalog // nil: those that ship
}

// catalog returns the texts in every language.
func (e *environment) catalog() *i18n.Catalog {
	if e.texts != nil {
		return e.texts
	}
	return i18n.Builtin()
}

// run is the program without the process around it.
func run(args []string, in io.Reader, out, errOut io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	var c cli
	exit := -1
	parser, err := kong.New(&c,
		kong.Name("madoguchi"),
		kong.Description("窓口: a municipality's counter that residents talk to."),
		kong.Writers(out, errOut),
		caseWords(),
		kong.Exit(func(code int) { exit = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		fmt.Fprintf(errOut, "madoguchi: %v\n", err)
		return exitFault
	}
	if len(args) == 1 && args[0] == "help" {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if exit >= 0 { // --help
		return exit
	}
	if err != nil {
		fmt.Fprintf(errOut, "madoguchi: %v (see madoguchi --help)\n", err)
		return exitUsage
	}
	config, err := c.Config.resolve(os.LookupEnv)
	if err != nil {
		fmt.Fprintf(errOut, "madoguchi: %v\n", err)
		return exitUsage
	}
	env := &environment{ctx: ctx, config: config, in: in, out: out, err: errOut, clock: time.Now}
	if c.Now != "" {
		at, err := time.Parse(time.RFC3339, c.Now)
		if err != nil {
			fmt.Fprintf(errOut, "madoguchi: --now %q: want a time such as 2026-11-25T09:00:00+09:00\n", c.Now)
			return exitUsage
		}
		env.clock = func() time.Time { return at }
	}
	if err := parsed.Run(env); err != nil {
		fmt.Fprintf(errOut, "madoguchi: %v\n", err)
		if errors.Is(err, errUsage) {
			return exitUsage
		}
		return exitFault
	}
	return 0
}
