package datasets

import (
	_ "embed"
	"encoding/json"
	"strings"
	"sync"
)

//go:embed categories.json
var categoriesFile []byte

// categoryNames are the names of the file, by language and category. The
// citizens' page has its words from the same file.
var categoryNames = sync.OnceValue(func() (names map[string]map[string]string) {
	if err := json.Unmarshal(categoriesFile, &names); err != nil {
		panic("datasets: categories.json: " + err.Error()) // it is part of the program
	}
	return names
})

// CategoryName is what people call one place of a category, in "zh-Hans" or
// "en": "公共厕所", "Public toilet". A category without a name there is
// written as words: "bubble_tea" becomes "Bubble tea".
func CategoryName(category, language string) string {
	if name := categoryNames()[language][category]; name != "" {
		return name
	}
	words := strings.ReplaceAll(category, "_", " ")
	if words == "" {
		return ""
	}
	return strings.ToUpper(words[:1]) + words[1:]
}
