package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"madoguchi/store"
	"madoguchi/store/storetest"
)

// The crash test starts this test binary again as a program that books as fast
// as it can with several callers, prints each booking it was acknowledged, and
// kills itself at a named point. What was printed must be in the database.
const (
	crashDatabase = "STORE_TEST_CRASH_DATABASE"
	crashPoint    = "STORE_TEST_CRASH_POINT"
	crashAt       = "STORE_TEST_CRASH_AT" // the how-manieth time
)

func TestMain(m *testing.M) {
	if database := os.Getenv(crashDatabase); database != "" {
		bookUntilKilled(database, os.Getenv(crashPoint), os.Getenv(crashAt))
		return
	}
	os.Exit(m.Run())
}

func bookUntilKilled(database, point, at string) {
	left, err := strconv.Atoi(at)
	if err != nil {
		panic(err)
	}
	var mu sync.Mutex
	db, err := store.Open(context.Background(), store.Options{Database: database, Key: storetest.Key, Faults: func(p string) {
		mu.Lock()
		defer mu.Unlock()
		if p == point {
			if left--; left == 0 {
				syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
		}
	}})
	if err != nil {
		panic(err)
	}
	var callers sync.WaitGroup
	for caller := range 8 {
		callers.Go(func() {
			for n := 0; ; n++ {
				id := fmt.Sprintf("%d-%d", caller, n)
				err := db.Update(context.Background(), city, func(tx *store.Tx) error {
					if _, err := tx.Exec(`INSERT INTO slot(tenant,id,used,cap) VALUES($1,$2,0,1)`, city, id); err != nil {
						return err
					}
					tx.Point("between")
					_, err := tx.Exec(`UPDATE slot SET used=1 WHERE tenant=$1 AND id=$2`, city, id)
					return err
				})
				if err != nil {
					panic(err)
				}
				os.Stdout.WriteString(id + "\n") // one write, no buffer: the acknowledgement
			}
		})
	}
	callers.Wait()
}

func TestKilledProcessKeepsItsWord(t *testing.T) {
	for _, point := range []string{"update.begun", "between", "update.done", "commit.before", "commit.after"} {
		t.Run(point, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				storetest.Schema(t, db, slotTable)
				cmd := exec.Command(os.Args[0])
				cmd.Env = append(os.Environ(), crashDatabase+"="+storetest.Address(t, db), crashPoint+"="+point, crashAt+"=37")
				cmd.Stderr = os.Stderr
				out, err := cmd.Output()
				if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
					t.Fatalf("the process was not killed: %v: %s", err, out)
				}
				// Caller → its last acknowledged booking.
				acked, acks := map[string]int{}, 0
				for lines := bufio.NewScanner(strings.NewReader(string(out))); lines.Scan(); acks++ {
					caller, n, _ := strings.Cut(lines.Text(), "-")
					if acked[caller], err = strconv.Atoi(n); err != nil {
						t.Fatal(err)
					}
				}
				if acks == 0 {
					t.Fatal("nothing was acknowledged before the end")
				}
				rows := map[string]int{}
				view(t, db, city, func(tx *store.Tx) error {
					list, err := tx.Query(`SELECT id, used FROM slot WHERE tenant=$1`, city)
					if err != nil {
						return err
					}
					defer list.Close()
					for list.Next() {
						var id string
						var used int
						if err := list.Scan(&id, &used); err != nil {
							return err
						}
						if used != 1 {
							t.Errorf("%s is half there", id)
						}
						caller, _, _ := strings.Cut(id, "-")
						rows[caller]++
					}
					return list.Err()
				})
				for caller := range 8 {
					c := strconv.Itoa(caller)
					last, any := acked[c]
					if !any {
						last = -1
					}
					// Bookings 0 to last, and perhaps one more that was under way.
					if n := rows[c]; n < last+1 || n > last+2 {
						t.Errorf("caller %s: %d rows, %d acknowledged", c, n, last+1)
					}
				}
				// The file is usable and open to others.
				addSlot(t, db, city, "afterwards", 1)
			})
		})
	}
}
