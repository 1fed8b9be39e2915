package publishing_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/publishing"
)

// TestOneOfTwoFirstVersionsIsRefused publishes two files at once that were both
// compared with nothing.
func TestOneOfTwoFirstVersionsIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db := open()
		s := serve(t, db, publishing.Options{Access: access(t, db)})
		s.dataset("lakes", nil)
		uploads := []upload{s.bring("lakes", "a.csv", table("1 East")), s.bring("lakes", "b.csv", table("1 West"))}
		var both sync.WaitGroup
		statuses := make([]int, len(uploads))
		for i, u := range uploads {
			both.Go(func() {
				request, err := http.NewRequestWithContext(context.Background(), "POST", s.server.URL+"/v1/datasets/lakes/versions", strings.NewReader(`{"upload":"`+u.ID+`"}`))
				if err != nil {
					return
				}
				request.Header.Set("Authorization", "Bearer "+s.keys[publisher])
				if response, err := http.DefaultClient.Do(request); err == nil {
					response.Body.Close()
					statuses[i] = response.StatusCode
				}
			})
		}
		both.Wait()
		if statuses[0]+statuses[1] != http.StatusCreated+http.StatusConflict {
			t.Errorf("the two requests got %v", statuses)
		}
		var d struct{ Version int64 }
		s.ask(nobody, "GET", "/v1/datasets/lakes", nil).wants(200, &d)
		if d.Version != 1 {
			t.Errorf("version %d is in force", d.Version)
		}
	})
}
