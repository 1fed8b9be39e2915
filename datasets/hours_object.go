package datasets

import (
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"fujin/geo/hours"
)

// hoursJSON reads hours that stand as JSON: by weekday, {"monday": {"open":
// "09:00", "close": "17:00"}} and {"mon": "9-17"}, or by date, as a list of
// {"date", "openFrom", "openTo", "reason"}. A null, an empty list or "closed" is
// a day off. Where all of it is empty, nothing is said.
func hoursJSON(text string) (string, bool) {
	if !gjson.Valid(text) {
		return "", false
	}
	root := gjson.Parse(text)
	for root.IsObject() && len(root.Map()) == 1 && weekday(firstKey(root)) < 0 { // {"customer": {…}}
		root = root.Get(gjson.Escape(firstKey(root)))
	}
	switch {
	case root.Type == gjson.Null, propertyText(root) == "":
		return "", true
	case root.IsArray() && root.Get("0.date").Exists():
		return datedHours(root.Array())
	case root.IsObject():
		return dayObject(root)
	}
	return "", false
}

// firstKey is the key of an object's first member.
func firstKey(object gjson.Result) (first string) {
	object.ForEach(func(key, _ gjson.Result) bool {
		first = key.Str
		return false
	})
	return first
}

// weekday is the number of a day by its English name, Monday first, -1 if it is
// none.
func weekday(name string) int {
	return slices.Index(weekdays[:], lexicons()[0][strings.ToLower(name)])
}

// dayObject reads hours by weekday. Neighbouring days with the same hours become
// one rule.
func dayObject(days gjson.Result) (string, bool) {
	var lines [7]string
	ok := true
	days.ForEach(func(name, value gjson.Result) bool {
		i := weekday(name.Str)
		if ok = i >= 0; ok {
			lines[i], ok = dayLine(value)
		}
		return ok
	})
	if !ok {
		return "", false
	}
	var all []string
	for i := 0; i < 7; {
		last := i
		for last < 6 && lines[last+1] == lines[i] {
			last++
		}
		span := weekdays[i]
		if last > i {
			span += "-" + weekdays[last]
		}
		if lines[i] != "" {
			all = append(all, span+" "+lines[i])
		}
		i = last + 1
	}
	return translateHours(strings.Join(all, "; "), lexicons()[0])
}

// dayLine is one day as text in English.
func dayLine(value gjson.Result) (string, bool) {
	switch {
	case propertyText(value) == "":
		return "closed", true
	case value.Type == gjson.String:
		return value.Str, true
	case value.IsArray():
		var spans []string
		for _, item := range value.Array() {
			line, ok := dayLine(item)
			if !ok {
				return "", false
			}
			spans = append(spans, line)
		}
		return strings.Join(spans, ","), true
	case value.IsObject():
		from, until := spanEnds(value)
		if from == "" && until == "" {
			return "closed", true
		}
		return from + "-" + until, true
	}
	return "", false
}

// spanEnds are the beginning and the end of an object that is a span of time.
// Numbers are minutes since midnight.
func spanEnds(span gjson.Result) (from, until string) {
	end := func(keys ...string) string {
		for _, key := range keys {
			v := span.Get(key)
			if v.Type == gjson.Number && v.Num >= 0 && v.Num <= 48*60 {
				return clock(int(v.Num))
			}
			if v.Str != "" && strings.Count(v.Str, ":") == 2 {
				return strings.TrimSuffix(v.Str, ":00") // seconds
			}
			if v.Str != "" {
				return v.Str
			}
		}
		return ""
	}
	return end("open", "opens", "from", "start", "openFrom"), end("close", "closes", "to", "end", "openTo")
}

// datedHours reads hours by date. On days that are not in the list nothing is
// known.
func datedHours(items []gjson.Result) (string, bool) {
	type day struct {
		at   time.Time
		rule string
	}
	days := make([]day, 0, len(items))
	for _, item := range items {
		at, err := time.Parse(time.DateOnly, clipDate(item.Get("date").Str))
		if err != nil {
			return "", false
		}
		from, until := spanEnds(item)
		rule := from + "-" + until
		if from == until { // 00:00-00:00
			rule = "off"
			if why := strings.Trim(item.Get("reason").Str, `"- `); why != "" && !strings.ContainsRune(why, '"') {
				rule += ` "` + why + `"`
			}
		}
		days = append(days, day{at, rule})
	}
	slices.SortFunc(days, func(a, b day) int { return a.at.Compare(b.at) })
	rules := []string{"unknown"}
	for i := 0; i < len(days); {
		last := i
		for last+1 < len(days) && days[last+1].rule == days[i].rule && days[last+1].at.Equal(days[last].at.AddDate(0, 0, 1)) &&
			days[last+1].at.Month() == days[i].at.Month() {
			last++
		}
		when := days[i].at.Format("2006 Jan 02")
		if last > i {
			when += days[last].at.Format("-02")
		}
		rules = append(rules, when+" "+days[i].rule)
		i = last + 1
	}
	value := strings.Join(rules, "; ")
	_, err := hours.Parse(value)
	return value, err == nil
}

// clipDate is the date of a date and time.
func clipDate(text string) string { return text[:min(len(text), len(time.DateOnly))] }
