package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"madoguchi/store/audit"
)

// verifyCommand proves the data. A chain cannot show by itself that its end was
// cut off, or that somebody with the program and its key made it anew; the
// checkpoints file, kept where the database's keeper cannot write, shows both.
type verifyCommand struct {
	Checkpoints string `help:"Hold the audit log against the checkpoints in this file, and add today's if everything holds." placeholder:"FILE"`
}

// Run checks every invariant and names each breach.
func (c *verifyCommand) Run(env *environment) error {
	var kept []audit.Checkpoint
	if c.Checkpoints != "" {
		var err error
		if kept, err = readCheckpoints(c.Checkpoints); err != nil {
			return err
		}
	}
	h, err := open(env, quiet(env.err), false)
	if err != nil {
		return err
	}
	defer h.close()
	breaches, err := h.db.Verify(env.ctx)
	if err != nil {
		return err
	}
	var heads []audit.Checkpoint
	if c.Checkpoints != "" {
		found, now, err := h.against(env, kept)
		if err != nil {
			return err
		}
		breaches, heads = append(breaches, found...), now
	}
	for _, b := range breaches {
		fmt.Fprintln(env.out, b)
	}
	if len(breaches) > 0 {
		return fmt.Errorf("%d invariants are broken", len(breaches))
	}
	fmt.Fprintln(env.out, "every invariant holds")
	if c.Checkpoints == "" {
		return nil
	}
	return writeCheckpoints(c.Checkpoints, heads)
}

// against holds the audit log of every tenant against what was kept outside,
// and returns where each chain stands now.
func (h *house) against(env *environment, kept []audit.Checkpoint) (breaches []string, heads []audit.Checkpoint, err error) {
	ids, err := h.db.Tenants(env.ctx)
	if err != nil {
		return nil, nil, err
	}
	seen := map[string]bool{}
	for _, id := range append(ids, audit.SystemLog) {
		seen[id] = true
		r, err := audit.Verify(env.ctx, h.db, id, kept...)
		if err != nil {
			return nil, nil, err
		}
		if r.Breach != nil {
			breaches = append(breaches, fmt.Sprintf("audit log: %s: %s", id, r.Breach))
		}
		if r.Head.Seq > 0 {
			heads = append(heads, r.Head)
		}
	}
	for _, c := range kept {
		if !seen[c.Tenant] {
			seen[c.Tenant] = true
			breaches = append(breaches, fmt.Sprintf("audit log: %s: a checkpoint names this tenant, the database does not know it", c.Tenant))
		}
	}
	return breaches, heads, nil
}

// readCheckpoints reads the file of checkpoints, one a line; it need not exist
// yet.
func readCheckpoints(file string) ([]audit.Checkpoint, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w: read the checkpoints: %w", errUsage, err)
	}
	var all []audit.Checkpoint
	for i, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		c, err := audit.ParseCheckpoint(line)
		if err != nil {
			return nil, fmt.Errorf("%w: %s line %d: %w", errUsage, file, i+1, err)
		}
		all = append(all, c)
	}
	return all, nil
}

// writeCheckpoints adds the heads to the file.
func writeCheckpoints(file string, heads []audit.Checkpoint) error {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("keep the checkpoints: %w", err)
	}
	for _, c := range heads {
		fmt.Fprintln(f, c)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("keep the checkpoints: %w", err)
	}
	return nil
}
