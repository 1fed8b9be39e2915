package quality

import "sync"

// An entry is what is said of a code, whoever finds it: the readers or the gate.
type entry struct {
	code     string
	severity Severity
	// repair is the code of the repair that may be proposed, "" if there is none.
	repair        string
	title, advice Text
}

// A repairEntry is what is said of a repair.
type repairEntry struct {
	code string
	// safe: nothing is lost and it can hardly be wrong.
	safe  bool
	title Text
}

// say makes a text of the two languages.
func say(chinese, english string) Text { return Text{"zh-Hans": chinese, "en": english} }

var entriesByCode = sync.OnceValue(func() map[string]entry {
	found := map[string]entry{}
	for _, e := range entries() {
		found[e.code] = e
	}
	return found
})

var repairsByCode = sync.OnceValue(func() map[string]repairEntry {
	found := map[string]repairEntry{}
	for _, r := range repairEntries() {
		found[r.code] = r
	}
	return found
})

// entryOf is what is said of a code; a code without an entry is a warning that
// explains itself by its message alone.
func entryOf(code string) entry {
	e, known := entriesByCode()[code]
	if !known {
		return entry{code: code, severity: Warning, title: say(code, code), advice: say("请查看说明。", "See the message.")}
	}
	return e
}

// IsRepair tells whether a code is that of a repair.
func IsRepair(code string) bool {
	_, known := repairsByCode()[code]
	return known
}

func repairOf(code string) repairEntry {
	r, known := repairsByCode()[code]
	if !known {
		return repairEntry{code: code, title: say(code, code)}
	}
	return r
}
