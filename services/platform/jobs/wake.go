package jobs

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/riverqueue/river/riverdriver"
)

// bell wakes the queues of this process when one of its own transactions has committed a job, by the way on which River
// expects PostgreSQL's notifications. A stroke that nobody hears costs a wait for the next poll.
type bell chan string

// insertTopic is what River calls the news of a job.
const insertTopic = "river_insert"

// ring says that a queue has got a job.
func (b bell) ring(queue string) {
	select {
	case b <- queue:
	default: // as many are waiting to be heard as there are queues, and more
	}
}

// driver is a River driver that hears the bell.
type driver struct {
	riverdriver.Driver[*sql.Tx]
	bell bell
}

// SupportsListener says so.
func (driver) SupportsListener() bool { return true }

// GetListener gives River's ear.
func (d driver) GetListener(*riverdriver.GetListenenerParams) riverdriver.Listener {
	return listener{d.bell}
}

// listener has nothing to connect to.
type listener struct{ bell bell }

func (listener) Close(context.Context) error            { return nil }
func (listener) Connect(context.Context) error          { return nil }
func (listener) Listen(context.Context, string) error   { return nil }
func (listener) Ping(context.Context) error             { return nil }
func (listener) Schema() string                         { return "" }
func (listener) SetAfterConnectExec(string)             {}
func (listener) Unlisten(context.Context, string) error { return nil }

// WaitForNotification waits for a stroke of the bell.
func (l listener) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case queue := <-l.bell:
		payload, err := json.Marshal(map[string]string{"queue": queue})
		return &riverdriver.Notification{Topic: insertTopic, Payload: string(payload)}, err
	}
}
