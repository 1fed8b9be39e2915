package kernel_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"fujin/services/platform/kernel"
)

// childVariable makes this test program behave as another server: it names what to do.
const childVariable = "FUJIN_TEST_CHILD"

func TestMain(m *testing.M) {
	if task := os.Getenv(childVariable); task != "" {
		if err := child(task); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// child opens the database of the environment. "hold" says so and waits to be killed; "write" inserts tags and prints
// each id once it is acknowledged, until it is killed.
func child(task string) error {
	ctx := context.Background()
	db, err := kernel.Open(ctx, kernel.Config{
		DataDir: os.Getenv("FUJIN_TEST_DIR"), DatabaseURL: os.Getenv("FUJIN_TEST_URL")})
	if err != nil {
		return err
	}
	if err := db.Migrate(ctx, "tag", tagTable); err != nil {
		return err
	}
	if task == "hold" {
		fmt.Println("open")
		select {}
	}
	for range 8 {
		go func() {
			for {
				id := db.NewID()
				if err := db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
					if err := insert(ctx, tx, id); err != nil {
						return err
					}
					return tx.Emit(ctx, "tag.made", id, nil)
				}); err != nil {
					fmt.Println("error:", err)
					return
				}
				fmt.Println(id)
			}
		}()
	}
	select {}
}
