package facility

import "context"

// SetBulk lowers the number of changes from which a publication is merged into
// a new base, so that a test need not write a hundred thousand rows.
func (s *Service) SetBulk(changes int64) { s.live.bulk.Store(changes) }

// WriteDemand writes at once what else is written once a minute.
func (s *Service) WriteDemand(ctx context.Context) error { return s.writeDemand(ctx) }
