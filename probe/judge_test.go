package probe

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// textRecording holds one text as the answer to one command.
func textRecording(at time.Time, text string) *Recording {
	a := Answer{At: at, Useful: true, Short: "exit 0"}
	a.add("stdout", text, Text)
	return &Recording{Probes: []Probe{Command{Shell: "x"}}, Answers: []Answer{a}}
}

// noon is when the first recording of the tests was made; the second was made
// a minute, the candidate's half an hour later.
func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

func TestMasking(t *testing.T) {
	const page = "<title>Shore</title>\n<p>Three pools</p>\n"
	tests := []struct {
		name        string
		a, b, c     string
		difference  string
		maskedNever bool
	}{
		{name: "equal", a: page, b: page, c: page, maskedNever: true},
		{name: "empty"},
		{name: "changed page", a: page, b: page, c: strings.Replace(page, "Three", "Two", 1), maskedNever: true,
			difference: `stdout line 2: "<p>Two pools</p>", was "<p>Three pools</p>"`},
		{name: "lost page", a: page, b: page, c: "", difference: `stdout: nothing, was "<title>Shore</title>"`},
		{name: "longer page", a: page, b: page, c: page + "more\n", difference: `stdout line 3: "more", was nothing`},
		{name: "shorter page", a: page + "more\n", b: page + "more\n", c: page, difference: `stdout line 3: nothing, was "more"`},
		{name: "token", a: `v="kJ9aQ7z1bTx0mP4c">ok`, b: `v="Zp3LwQ8vNd5rYt2u">ok`, c: `v="aaaabbbbccccdddd99">ok`},
		{name: "token and page", a: `v="kJ9aQ7z1bTx0mP4c">ok`, b: `v="Zp3LwQ8vNd5rYt2u">ok`, c: `v="aaaabbbbccccdddd9">no`,
			difference: `stdout: "v="aaaabbbbccccdddd9">no", was "v="kJ9aQ7z1bTx0mP4c">ok"`},
		{name: "token is a sentence", a: `v="kJ9aQ7z1bTx0mP4c">ok`, b: `v="Zp3LwQ8vNd5rYt2u">ok`, c: `v="no token here">ok`,
			difference: `stdout: "v="no token here">ok", was "v="kJ9aQ7z1bTx0mP4c">ok"`},
		{name: "base64", a: "t=ab1+cd2/ef3GH4iJK=;", b: "t=xyzq5rt6+k7LMN8opQ=;", c: "t=+/AAAAbbbb1111CCC=;"},
		{name: "token too long", a: "id=abc123 end", b: "id=def456 end", c: "id=" + strings.Repeat("a1", 60) + " end",
			difference: `stdout: "id=` + strings.Repeat("a1", 58) + `…", was "id=abc123 end"`},
		{name: "number", a: "took 9 ms", b: "took 10 ms", c: "took 1234 ms"},
		{name: "number to word", a: "took 9 ms", b: "took 10 ms", c: "took long ms", difference: `stdout: "took long ms", was "took 9 ms"`},
		{name: "fraction", a: "took 0.12s", b: "took 0.5s", c: "took 1.003s"},
		{name: "uuid", a: "id 5f0c-9a1b x", b: "id 77d1-0c0c x", c: "id 0123-abcd x"},
		{name: "line order", a: "a\nb\n", b: "a\nb\n", c: "b\na\n", difference: `stdout line 1: "b", was "a"`},
		{name: "second later", a: "now 2026-03-01T12:00:00Z.", b: "now 2026-03-01T12:01:00Z.", c: "now 2026-03-01T12:30:00Z."},
		{name: "clock", a: "now 12:00 and 12:00:00", b: "now 12:00 and 12:00:00", c: "now 12:30 and 12:30:01", maskedNever: true},
		{name: "clock at night", a: "23:45", b: "23:45", c: "00:15", maskedNever: true},
		{name: "pm", a: "Nov. 23, 2026, 9:29 p.m.", b: "Nov. 23, 2026, 9:29 p.m.", c: "Nov. 23, 2026, 9:59 p.m.", maskedNever: true},
		{name: "another time", a: "opens 09:00", b: "opens 09:00", c: "opens 10:00", difference: `stdout: "opens 10:00", was "opens 09:00"`},
		{name: "date of a header", a: "Sun, 01 Mar 2026 12:00:00 GMT", b: "Sun, 01 Mar 2026 12:00:00 GMT", c: "Sun, 01 Mar 2026 12:30:00 GMT", maskedNever: true},
		{name: "date long ago", a: "Sun, 01 Mar 2020 12:00:00 GMT", b: "Sun, 01 Mar 2020 12:00:00 GMT", c: "Mon, 02 Mar 2020 12:00:00 GMT",
			difference: `stdout: "Mon, 02 Mar 2020 12:00:00 GMT", was "Sun, 01 Mar 2020 12:00:00 GMT"`},
		{name: "epoch", a: "t=1772366400", b: "t=1772366400", c: "t=1772368200.5", maskedNever: true},
		{name: "milliseconds", a: "t=1772366400000", b: "t=1772366400000", c: "t=1772368200123", maskedNever: true},
		{name: "log line", a: "[01/Mar/2026:12:00:00 +0000] GET", b: "[01/Mar/2026:12:00:00 +0000] GET", c: "[01/Mar/2026:12:30:00 +0000] GET", maskedNever: true},
		{name: "optional part", a: "a b", b: "a x1 b", c: "a b"},
		{name: "word for word", a: "hello Ann!", b: "hello Bob!", c: "hello Eve!"},
		{name: "markup in a gap", a: "hello Ann!", b: "hello Bob!", c: "hello <b>!", difference: `stdout: "hello <b>!", was "hello Ann!"`},
		{name: "page in a gap", a: "id 1\n", b: "id 2\n", c: "id 3\nTraceback\n", difference: `stdout line 2: "Traceback", was nothing`},
		{name: "invalid utf-8", a: "\xff\xfe 1", b: "\xff\xfe 2", c: "\xff\xfe 3"},
		{name: "wholly different", a: "abc", b: "1 2 3", c: "---", difference: `stdout: "---", was "abc"`},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			a, b := textRecording(noon(), tc.a), textRecording(noon().Add(time.Minute), tc.b)
			if tc.maskedNever {
				b.Answers[0].At = noon()
			}
			j := Judge(a, b, textRecording(noon().Add(30*time.Minute), tc.c))
			r := j.Results[0]
			if diff := cmp.Diff(tc.difference, r.Difference); diff != "" {
				t.Errorf("difference (-want +got):\n%s", diff)
			}
			if (j.Verdict == Same) != (tc.difference == "") || r.Same != (tc.difference == "") {
				t.Errorf("verdict %s, same %v", j.Verdict, r.Same)
			}
			if masked := len(r.Masked) > 0; masked != (tc.a != tc.b) {
				t.Errorf("masked %v", r.Masked)
			}
		})
	}
}

// answer makes an answer of facts written "name=value" or, for other kinds
// than Text, "name!value" (Exact), "name#value" (Opaque), "name?value"
// (Validator).
func answer(useful bool, facts ...string) Answer {
	kinds := map[byte]FactKind{'=': Text, '!': Exact, '#': Opaque, '?': Validator}
	a := Answer{At: noon(), Useful: useful, Short: strings.Join(facts, " ")}
	for _, f := range facts {
		i := strings.IndexAny(f, "=!#?")
		a.add(f[:i], f[i+1:], kinds[f[i]])
	}
	return a
}

func TestJudgeFacts(t *testing.T) {
	tests := []struct {
		name       string
		a, b, c    Answer
		difference string
		masked     []string
	}{
		{name: "status", a: answer(true, "status!200"), b: answer(true, "status!200"), c: answer(true, "status!500"),
			difference: `status: "500", was "200"`},
		{name: "flaky status", a: answer(true, "status!200"), b: answer(true, "status!500"), c: answer(true, "status!500"), masked: []string{"status"}},
		{name: "flaky status, another", a: answer(true, "status!200"), b: answer(true, "status!500"), c: answer(true, "status!404"),
			masked: []string{"status"}, difference: `status: "404", was "200"`},
		{name: "lost header", a: answer(true, "header X=1"), b: answer(true, "header X=1"), c: answer(true),
			difference: `header X: the candidate lacks it: "1"`},
		{name: "new header", a: answer(true), b: answer(true), c: answer(true, "header X=1"),
			difference: `header X: only the candidate has it: "1"`},
		{name: "header now and then", a: answer(true, "header X=1"), b: answer(true), c: answer(true), masked: []string{"header X"}},
		{name: "header now and then, other way", a: answer(true), b: answer(true, "header X=1"), c: answer(true, "header X=1")},
		{name: "header now and then, changed", a: answer(true, "header X=1"), b: answer(true), c: answer(true, "header X=a"),
			masked: []string{"header X"}, difference: `header X: "a", was "1"`},
		{name: "binary", a: answer(true, "body#1"), b: answer(true, "body#1"), c: answer(true, "body#2"), difference: `body: "2", was "1"`},
		{name: "volatile binary", a: answer(true, "body#1"), b: answer(true, "body#2"), c: answer(true, "body#3"), masked: []string{"body"}},
		{name: "text became binary", a: answer(true, "body=1"), b: answer(true, "body=2"), c: answer(true, "body#3"),
			masked: []string{"body"}, difference: `body: "3", was "1"`},
		{name: "newer file", a: answer(true, "header Etag?1"), b: answer(true, "header Etag?1"), c: answer(true, "header Etag?2")},
		{name: "no validator", a: answer(true, "header Etag?1"), b: answer(true, "header Etag?1"), c: answer(true),
			difference: `header Etag: the candidate lacks it: "1"`},
		{name: "no answer", a: answer(true, "status!200"), b: answer(true, "status!200"), c: noAnswer("no answer within 30 s"),
			difference: `status: the candidate lacks it: "200"`},
		{name: "not asked", a: answer(true, "status!200"), b: answer(true, "status!200"), difference: `status: the candidate lacks it: "200"`},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			one := func(a Answer) *Recording {
				return &Recording{Probes: []Probe{HTTP{Port: 80, Path: "/"}}, Answers: []Answer{a}}
			}
			r := Judge(one(tc.a), one(tc.b), one(tc.c)).Results[0]
			if diff := cmp.Diff([]any{tc.difference, tc.masked}, []any{r.Difference, r.Masked}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestVerdict(t *testing.T) {
	start, tcp, get := Probe(Start{}), Probe(TCP{80}), Probe(HTTP{Port: 80, Path: "/"})
	rec := func(list ...any) *Recording {
		r := &Recording{}
		for i := 0; i < len(list); i += 2 {
			r.Probes = append(r.Probes, list[i].(Probe))
			r.Answers = append(r.Answers, list[i+1].(Answer))
		}
		return r
	}
	running, open := answer(true, "state!running"), answer(true, "port!open")
	tests := []struct {
		name    string
		a, c    *Recording
		verdict Verdict
		reason  string
	}{
		{"nothing asked", rec(), rec(), Unproven, "no probe beside the start command got a useful answer from the original; --probe adds some"},
		{"start only", rec(start, running), rec(start, running), Unproven, "no probe beside the start command got a useful answer from the original; --probe adds some"},
		{"start differs", rec(start, running), rec(start, answer(false, "state!exited", "exit!1")), Different, "1 of 1 probes are answered differently"},
		{"open port", rec(start, running, tcp, open), rec(start, running, tcp, open), Same, "2 of 2 probes are answered the same, 1 of them usefully"},
		{"errors only", rec(start, running, tcp, open, get, answer(false, "status!500")), rec(start, running, tcp, open, get, answer(false, "status!500")), Unproven,
			"no probe beside the start command got a useful answer from the original; --probe adds some"},
		{"not HTTP", rec(tcp, open, get, noAnswer("no answer: the answer is not HTTP")), rec(tcp, open, get, noAnswer("no answer: the answer is not HTTP")), Same,
			"2 of 2 probes are answered the same, 1 of them usefully"},
		{"served", rec(tcp, open, get, answer(true, "status!200")), rec(tcp, open, get, answer(true, "status!200")), Same, "2 of 2 probes are answered the same, 1 of them usefully"},
		{"probes missing", rec(tcp, open), rec(), Different, "1 of 1 probes are answered differently"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			j := Judge(tc.a, tc.a, tc.c)
			if j.Verdict != tc.verdict || j.Reason != tc.reason {
				t.Errorf("%s: %s", j.Verdict, j.Reason)
			}
		})
	}
}
