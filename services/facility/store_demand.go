package facility

import (
	"context"
	"fmt"
	"strings"

	"fujin/services/platform/kernel"
)

// addDemand adds to the count of a cell, day and category.
func addDemand(ctx context.Context, tx *kernel.Tx, cell, day int64, category string, n demandCount) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO demand (cell, day, category, searches, unmet) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (cell, day, category) DO UPDATE SET searches = demand.searches + excluded.searches, unmet = demand.unmet + excluded.unmet`,
		cell, day, category, n.searches, n.unmet)
	return err
}

// dropDemand forgets the days before one.
func dropDemand(ctx context.Context, tx *kernel.Tx, before int64) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM demand WHERE day < $1`, before)
	return err
}

// demandOf sums the cells from first to last since a day that have at least so
// many searches, of some categories or, without any, of all searches.
func demandOf(ctx context.Context, q kernel.Queryer, first, last, since, least int64, categories []string, fn func(cell int64, n demandCount)) error {
	args := []any{first, last, since, least}
	where := ""
	if len(categories) > 0 {
		marks := make([]string, len(categories))
		for i, c := range categories {
			args = append(args, c)
			marks[i] = fmt.Sprintf("$%d", len(args))
		}
		where = ` AND category IN (` + strings.Join(marks, ", ") + `)`
	}
	rows, err := q.QueryContext(ctx, `SELECT cell, CAST(sum(searches) AS bigint), CAST(sum(unmet) AS bigint) FROM demand
		WHERE cell BETWEEN $1 AND $2 AND day >= $3`+where+` GROUP BY cell HAVING sum(searches) >= $4 ORDER BY cell`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var cell int64
		var n demandCount
		if err := rows.Scan(&cell, &n.searches, &n.unmet); err != nil {
			return err
		}
		fn(cell, n)
	}
	return rows.Err()
}
