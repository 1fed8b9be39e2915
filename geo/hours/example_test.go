package hours_test

import (
	"fmt"
	"time"

	"github.com/paulmach/orb"

	"fujin/geo/hours"
)

// A make-up Saturday in Nanchang: the Saturday after National Day is worked.
func ExampleSchedule_At() {
	schedule, err := hours.Parse("周一至周五 8:30-17:30；节假日休息")
	if err != nil {
		fmt.Println(err)
		return
	}
	zone := time.FixedZone("CST", 8*3600)
	place := hours.Place{Zone: zone, Point: orb.Point{115.8582, 28.6829}, Country: "CN"}
	span := schedule.At(time.Date(2026, 10, 10, 12, 0, 0, 0, zone), place)
	fmt.Println(schedule)
	fmt.Println(span.State, "until", span.Until.Format(time.RFC3339))
	// Output:
	// Mo-Fr 08:30-17:30; PH off
	// open until 2026-10-10T17:30:00+08:00
}

// A refused text is refused with its place.
func ExampleParse_refused() {
	_, err := hours.Parse("Mo-Fr 08:00-18:00, So off")
	fmt.Println(err)
	// Output: opening hours: at byte 19: found "So", expected days, hours, a modifier or a comment
}
