package scan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"os/exec"
	"time"
)

// japanese is the language pack (tesseract-ocr-jpn). It knows Latin letters too.
const japanese = "jpn"

// mostText is more than any page holds, in bytes.
const mostText = 64 << 10

// run starts the engine with arguments, gives it input, and returns what it
// writes. What it complains of is not kept: it may quote the picture's text.
func (s *Scanner) run(ctx context.Context, args []string, input []byte) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, s.longest)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.program, args...)
	// One thread a picture: the pictures share the cores. Nothing else of ours.
	cmd.Env = []string{"OMP_THREAD_LIMIT=1", "LC_ALL=C.UTF-8"}
	cmd.Dir = "/"
	cmd.WaitDelay = time.Second // for pipes that a child of its own holds open
	var out capped
	cmd.Stdout = &out
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", fmt.Errorf("open a pipe to %s: %w", s.program, err)
	}
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("start %s: %w", s.program, err)
	}
	limited := limit(cmd.Process.Pid)
	if limited != nil {
		cancel() // without its limits it must not see the picture
	}
	_, written := in.Write(input) // a broken pipe shows in how the engine ended
	_ = in.Close()
	if err := errors.Join(limited, cmd.Wait()); err != nil {
		if cause := context.Cause(ctx); cause != nil && limited == nil {
			err = cause
		}
		return "", fmt.Errorf("%s: %w", s.program, err)
	}
	if written != nil && len(input) > 0 {
		return "", fmt.Errorf("%s did not take the picture: %w", s.program, written)
	}
	return out.kept.String(), nil
}

// capped keeps the first mostText bytes. The buffer is not embedded: io.Copy would
// find its ReadFrom and fill it without end.
type capped struct{ kept bytes.Buffer }

func (c *capped) Write(p []byte) (int, error) {
	_, _ = c.kept.Write(p[:min(len(p), mostText-c.kept.Len())]) // into memory: cannot fail
	return len(p), nil
}

// pgm writes a grey picture in the plainest form there is: the engine's decoders,
// written in C, see nothing that a resident sent.
func pgm(g *image.Gray) []byte {
	b := fmt.Appendf(nil, "P5\n%d %d\n255\n", g.Rect.Dx(), g.Rect.Dy())
	return append(b, g.Pix...)
}
