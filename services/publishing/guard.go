package publishing

import (
	"strconv"
	"strings"

	"fujin/services/platform/kernel/errs"
)

// Guard is an If-Match header: the form of a thing for which an edit was made.
type Guard string

// check compares with the ETag that the thing has. An edit that names none is
// refused: of two people who edit the same thing, the second would undo what
// the first did, unseen.
func (g Guard) check(what, id, tag string) error {
	if strings.TrimSpace(string(g)) == "" {
		return errs.New(errs.Unguarded, "send If-Match with the ETag of the form you have edited, %s when it is the present one", tag).
			WithField("header.If-Match", "required", "must be the ETag of the form that is edited")
	}
	for one := range strings.SplitSeq(string(g), ",") {
		if one = strings.TrimSpace(one); one == tag || one == "*" {
			return nil
		}
	}
	return stale(what, id)
}

// ETag names the form that a dataset's metadata have.
func (d *Dataset) ETag() string { return `"` + strconv.FormatInt(d.Revision, 10) + `"` }
