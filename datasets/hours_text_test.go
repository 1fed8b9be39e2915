package datasets

import (
	"testing"

	"fujin/geo/hours"
)

func TestNormaliseHours(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		// OSM's own spelling stays as it is.
		{"24/7", "24/7"}, {"Mo-Su 07:00-23:00", "Mo-Su 07:00-23:00"}, {`closed "renovation until 2020-07-25"`, `closed "renovation until 2020-07-25"`},
		// Around the clock, and nothing said.
		{"24 小時", "24/7"}, {"二十四小時", "24/7"}, {"24시간", "24/7"}, {"24시", "24/7"}, {"24", "24/7"}, {"00:00~24:00", "24/7"}, {"24//7", "24/7"},
		{"24 h / 24", "24/7"}, {"24h/24", "24/7"}, {"24 uur per dag ", "24/7"}, {"AllHours", "24/7"}, {"全天开放", "24/7"}, {"상시개방", "24/7"},
		{":~:", ""}, {" ", ""}, {"unknown", ""},
		{"Daylight hours", "sunrise-sunset"}, {"DaylightHours", "sunrise-sunset"},
		// Chinese.
		{"上午八時三十分 至 下午六時正", "08:30-18:00"}, {"上午6時正至凌晨2時正", "06:00-02:00"}, {"上午六時半至凌晨十二時正", "06:30-24:00"},
		{"上午 7 至 9 時\n下午 4 時 30 分至晚上 8 時 30 分", "07:00-09:00,16:30-20:30"}, {"下午2时至6时", "14:00-18:00"},
		{"星期一至星期五\n上午九時至下午一時\n下午二時至下午五時\n \n星期六\n上午九時至中午十二時\n \n星期日及公眾假期休息", "Mo-Fr 09:00-13:00,14:00-17:00; Sa 09:00-12:00; Su,PH off"},
		{"由四月一日至九月三十日 (上午七時至下午七時)\n由十月一日至三月三十一日 (上午七時至下午六時)", "Apr 01-Sep 30 07:00-19:00; Oct 01-Mar 31 07:00-18:00"},
		{"周一至周五 8:30-17:30", "Mo-Fr 08:30-17:30"},
		// Korean.
		{"9시~18시", "09:00-18:00"}, {"05시30분~익01시", "05:30-25:00"}, {"평일 07:00 - 23:00, 주말 07:00 - 21:00", "Mo-Fr 07:00-23:00; Sa-Su 07:00-21:00"},
		{"(평일)09:00~18:00+(주말)이용불가+(공휴일)이용불가", "Mo-Fr 09:00-18:00; Sa-Su off; PH off"}, {"09:00~22:00(평일)09:00~18:00(주말)", "Mo-Fr 09:00-22:00; Sa-Su 09:00-18:00"},
		{"평일 09:00~18:00(매주 월요일 휴무)", "Mo-Fr 09:00-18:00; Mo off"}, {"09:00~1800", "09:00-18:00"},
		// European languages.
		{"6 h - 22 h", "06:00-22:00"}, {"6 h - 1 h", "06:00-01:00"}, {"10h à 22h", "10:00-22:00"},
		{"PN-PT 10-19 SB 10-14", "Mo-Fr 10:00-19:00; Sa 10:00-14:00"}, {"PN-SB 09-21 ND 09-20", "Mo-Sa 09:00-21:00; Su 09:00-20:00"},
		{"do - zo: 15.30 - 18.00 uur en 21.00 tot 07.00 de volgende ochtend", "Th-Su 15:30-18:00,21:00-07:00"},
		{"Maandag t/m vrijdag: 9:00 - 17:00\r\nZaterdag en zondag: 12:00 - 17:00", "Mo-Fr 09:00-17:00; Sa,Su 12:00-17:00"},
		{"Montag bis Freitag 8 bis 17 Uhr", "Mo-Fr 08:00-17:00"},
		{"Mon-Wed 9am-5:30pm; Thu-Fri 9am-9pm", "Mo-We 09:00-17:30; Th,Fr 09:00-21:00"}, {"Mon-Sat 5:30am-12am; Sun 8:30am-12am", "Mo-Sa 05:30-00:00; Su 08:30-00:00"},
		{"Apr-Sep 7am-5pm; Oct-Mar 7am-7pm", "Apr-Sep 07:00-17:00; Oct-Mar 07:00-19:00"}, {"08.00 - 18.00", "08:00-18:00"},
		{"L/Ma/Me/J/V/S 8-20,D 9-13", "Mo,Tu,We,Th,Fr,Sa 08:00-20:00; Su 09:00-13:00"}, {"L/Ma/Me/J/V, 7-18", "Mo,Tu,We,Th,Fr 07:00-18:00"},
		// HTML, and an exception that names no day.
		{"<p>7am to 11pm daily</p>", "Mo-Su 07:00-23:00"}, {"7am to 11pm daily (except maintenance days)", `Mo-Su 07:00-23:00 open "except maintenance days"`},
		{"每日上午7時至晚上11時<br />(定期保養日除外)", `Mo-Su 07:00-23:00 open "定期保養日除外"`},
		// Open or not at some time is no timetable.
		{"true", ""}, {"false", ""},
		// Objects.
		{`{"mon":{"open":"08:00","close":"18:00"},"tue":{"open":"08:00","close":"18:00"},"thu":{"open":"08:00","close":"18:00"}}`, "Mo-Tu 08:00-18:00; Th 08:00-18:00"},
		{`{"customer":{"monday":[{"start":540,"end":720},{"start":870,"end":1110}],"sunday":[]}}`, "Mo 09:00-12:00,14:30-18:30; Su off"},
		{`{"customer":null}`, ""}, {`[]`, ""}, {`{}`, ""},
		{`[{"date":"2026-01-02T00:00:00","openFrom":"10:00:00","openTo":"19:00:00"},{"date":"2026-01-01","openFrom":"00:00:00","openTo":"00:00:00","reason":"New \"Year"},{"date":"2026-01-03","openFrom":"10:00","openTo":"19:00","reason":"-"}]`,
			`unknown; 2026 Jan 01 off; 2026 Jan 02-03 10:00-19:00`},
		{`[{"date":"2026-01-01","open":null,"close":null,"reason":"New Year"}]`, `unknown; 2026 Jan 01 off "New Year"`},
		// More objects.
		{`{"monday":{"open":"09:00","close":"17:00"},"sunday":null}`, "Mo 09:00-17:00; Su off"}, {`{"Sat":"9am-1pm"}`, "Sa 09:00-13:00"},
	} {
		got := normaliseHours(test.text)
		if got.value != test.want || !got.clear() {
			t.Errorf("%q became %q (%s), want %q", test.text, got.value, got.why.Message, test.want)
		}
		if _, err := hours.Parse(got.value); err != nil && got.value != "" {
			t.Errorf("%q became %q: %v", test.text, got.value, err)
		}
	}
}

// TestHoursKeptAsText keeps what could mean two things, or nothing.
func TestHoursKeptAsText(t *testing.T) {
	for _, text := range []string{"11시간", "연중무휴", "9시~6시", "10", "Voir fiche équipement", "Variable", "도서관 운영시간", "8.00 uur tot een half uur vóór zonsondergang.",
		"上午6時正凌晨2時正", "街市 (上午6時正至晚上8時正)\n熟食中心 (上午6時正至凌晨2時正)", `{"monday":{"open":"x"}}`, `{"foo":"9-5"}`, `[{"date":"soon","open":"9"}]`, `[1,2]`, "9-17 (except on Mondays) or by phone", "9시 20시"} {
		if got := normaliseHours(text); got.value != text || got.clear() {
			t.Errorf("%q became %q, should stay", text, got.value)
		}
	}
}

func FuzzNormaliseHours(f *testing.F) {
	for _, seed := range []string{"上午八時三十分 至 下午六時正", "Mon-Wed 9am-5:30pm", "{\"mon\":\"9-5\"}", "9~17(평일),9~18(주말)"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := normaliseHours(text)
		if _, err := hours.Parse(got.value); err != nil && got.value != "" && got.clear() {
			t.Errorf("%q became %q: %v", text, got.value, err)
		}
	})
}

// TestClosedFor adds closures that stand in remarks.
func TestClosedFor(t *testing.T) {
	for _, test := range []struct{ value, remark, want string }{
		{"24/7", "暫停服務日期: 2024年3月6日至2026年12月2日", `24/7; 2024 Mar 06-2026 Dec 02 off "暫停服務"`},
		{"", "因装修，暂停开放时间：2026年01月05日到2026年02月01日。", `unknown; 2026 Jan 05-2026 Feb 01 off "暂停开放"`},
		{"24/7", "暫停服務日期: 2026年13月6日至2026年12月2日", "24/7"}, {"24/7", "暫停服務日期: 2026年3月6日至2025年12月2日", "24/7"},
		{"24/7", "建於2024年3月6日", "24/7"}, {"", "", ""},
	} {
		if got := closedFor(test.value, test.remark); got != test.want {
			t.Errorf("%q with %q became %q, want %q", test.value, test.remark, got, test.want)
		}
	}
}
