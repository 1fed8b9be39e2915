package datasets

import (
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// A Sentence is what a person is told of a file: in English, and in Chinese for
// the clerk of an agency.
type Sentence struct {
	Message   string `json:"message" doc:"In English"`
	MessageZH string `json:"message_zh" doc:"In Chinese"`
}

// Say fills values into a sentence. The format is the English one; its Chinese
// form, with the same verbs, is looked up in the table. Values that are
// sentences themselves, and what Refuse made, stand in each language as they are
// there. A test holds that the table has every format.
func Say(format string, args ...any) Sentence {
	return Sentence{
		fmt.Sprintf(format, inLanguage(Sentence.english, args)...),
		fmt.Sprintf(inChinese(format), inLanguage(Sentence.chinese, args)...),
	}
}

// A Refusal is why a file as a whole is not read, and what to do.
type Refusal struct {
	Sentence
	cause error
}

// Refuse makes a Refusal of a sentence as Say does; %w names its cause.
func Refuse(format string, args ...any) error {
	said := fmt.Errorf(format, args...)
	return &Refusal{Sentence{
		fmt.Errorf(format, inLanguage(Sentence.english, args)...).Error(),
		fmt.Errorf(inChinese(format), inLanguage(Sentence.chinese, args)...).Error(),
	}, errors.Unwrap(said)}
}

// Error implements error: the English sentence, which commands print.
func (r *Refusal) Error() string { return r.Message }

// Unwrap gives the cause.
func (r *Refusal) Unwrap() error { return r.cause }

// Told is what an error says. One that is no Refusal, such as the operating
// system's, says the same in both languages.
func Told(err error) Sentence {
	var refused *Refusal
	if errors.As(err, &refused) && refused.Message == err.Error() {
		return refused.Sentence
	}
	return Sentence{err.Error(), err.Error()}
}

// sentences is the table: a line in English, one in Chinese, a blank one. At its
// end are sentences of package hours, which knows English alone.
//
//go:embed sentence_zh.txt
var sentences string

// chineseSentences reads the table once.
var chineseSentences = sync.OnceValue(func() map[string]string {
	table := map[string]string{}
	for entry := range strings.SplitSeq(strings.Trim(sentences, "\n"), "\n\n") {
		english, chinese, _ := strings.Cut(entry, "\n")
		table[english] = chinese
	}
	return table
})

// inChinese is the Chinese form of an English format.
func inChinese(format string) string {
	if chinese, known := chineseSentences()[format]; known {
		return chinese
	}
	return format
}

func (s Sentence) english() string { return s.Message }
func (s Sentence) chinese() string { return s.MessageZH }

// inLanguage are the values of a sentence in one language.
func inLanguage(form func(Sentence) string, args []any) []any {
	values := make([]any, len(args))
	for i, arg := range args {
		switch arg := arg.(type) {
		case Sentence:
			values[i] = form(arg)
		case *Refusal:
			values[i] = errors.New(form(arg.Sentence))
		default:
			values[i] = arg
		}
	}
	return values
}
