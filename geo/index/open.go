package index

// OpenView maps a snapshot to read it beside the process that keeps the index:
// unlike Open it tidies nothing up.
func OpenView(o Options) (*View, error) {
	b, err := openBase(o.Path)
	if err != nil {
		return nil, err
	}
	if b.database != o.Database {
		return nil, foreign(o, b)
	}
	return viewOf(b, newShared(o.Attributes)), nil
}
