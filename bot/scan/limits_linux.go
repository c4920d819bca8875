package scan

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// What the engine may use. A card takes 200 MB of address space and two seconds.
const (
	mostMemory = 1 << 30 // bytes
	mostCPU    = 20      // seconds
)

// limit binds a process that waits for its input.
func limit(pid int) error {
	for what, most := range map[int]uint64{
		unix.RLIMIT_AS:    mostMemory,
		unix.RLIMIT_CPU:   mostCPU,
		unix.RLIMIT_FSIZE: 0, // the picture never lies on a disk,
		unix.RLIMIT_CORE:  0, // not even after a crash
	} {
		if err := unix.Prlimit(pid, what, &unix.Rlimit{Cur: most, Max: most}, nil); err != nil {
			return fmt.Errorf("limit the process: %w", err)
		}
	}
	return nil
}
