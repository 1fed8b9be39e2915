package datasets

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"fujin/geo/hours"
)

// closedPeriod is a closure in a remark, as agencies of Hong Kong and the
// mainland write it: 暫停服務日期: 2024年3月6日至2026年12月2日.
var closedPeriod = regexp.MustCompile(`(暫停服務|暂停服务|暫停開放|暂停开放|停止開放|停止开放|臨時關閉|临时关闭)(?:日期|期間|期间|時間|时间)?[:： ]*` +
	`(\d{4})年(\d{1,2})月(\d{1,2})日(?:至|到|-|~|—)(\d{4})年(\d{1,2})月(\d{1,2})日`)

// closedFor adds the closure that a remark states to opening hours. Of a place
// whose hours are not known, nothing but the closure is known then.
func closedFor(value, remark string) string {
	if !strings.Contains(remark, "年") { // cheaper to see than the pattern
		return value
	}
	found := closedPeriod.FindStringSubmatch(remark)
	if found == nil {
		return value
	}
	from, until := closureDay(found[2:5]), closureDay(found[5:8])
	if from.IsZero() || until.Before(from) {
		return value
	}
	if value == "" {
		value = "unknown"
	}
	const day = "2006 Jan 02"
	closed := fmt.Sprintf("%s; %s-%s off %q", value, from.Format(day), until.Format(day), found[1])
	if _, err := hours.Parse(closed); err != nil {
		return value
	}
	return closed
}

// closureDay is the day of a year, a month and a day, zero if there is none.
func closureDay(parts []string) time.Time {
	at, err := time.Parse("2006-1-2", parts[0]+"-"+trimZero(parts[1])+"-"+trimZero(parts[2]))
	if err != nil {
		return time.Time{}
	}
	return at
}

// trimZero is a number without leading zeros.
func trimZero(digits string) string {
	n, _ := strconv.Atoi(digits) // it is digits
	return strconv.Itoa(n)
}
