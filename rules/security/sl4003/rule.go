// Package sl4003 is the rule secret-in-text.
package sl4003

import (
	"schlank/finding"
	"schlank/rule"
)

// Rule is SL4003.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL4003",
		Name:     "secret-in-text",
		Aliases:  []string{"DS-0031"},
		Category: rule.Security,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A password or token stands in the Dockerfile",
			Why: "It is in the repository, in the history of the image, and often in the layer as well; who can pull the image can read it with docker history. " +
				"RUN --mount=type=secret shows a secret to one command and stores it nowhere. A secret that stood here is known: replace it.",
			Bad:  "FROM debian:12\nRUN curl -fsS -u deploy:hunter2 https://example.com/app.tar.gz -o /app.tar.gz\n",
			Good: "FROM debian:12\nRUN --mount=type=secret,id=netrc,target=/root/.netrc \\\n    curl -fsS -n https://example.com/app.tar.gz -o /app.tar.gz\n",
			More: []rule.Example{
				{Name: "in an address", Dockerfile: "FROM debian:12\nRUN git clone https://oauth2:abcdef@git.example/x.git && pip install https://u:$TOKEN@example.com/x.zip\n", Lines: []int{2}},
				{Name: "known tokens, wherever they stand", Dockerfile: "FROM debian:12\nENV X=ghp_0123456789abcdefghijklmnopqrstuvwxyz\nRUN echo AKIAABCDEFGHIJKLMNOP\nLABEL key=AKIAABCDEFGHIJKLMNOP\n", Lines: []int{2, 3, 4}},
				{Name: "in a header", Dockerfile: "FROM debian:12\nRUN curl -H \"Authorization: Bearer abcdef0123\" https://x.example && curl -H \"Authorization: Bearer $T\" https://x.example\n", Lines: []int{2}},
				{Name: "flags for passwords", Dockerfile: "FROM debian:12\nRUN wget --password=hunter2 https://x.example && mysql --password=hunter2 -e x && twine upload --password \"$P\" x\n", Lines: []int{2, 2}},
				{Name: "flags that only sound like it", Dockerfile: "FROM debian:12\nRUN adduser --disabled-password app && keytool -storepass changeit && redis-cli --no-auth-warning && cmd --token-file /x --password-file x\n"},
				{
					Name:       "programs that store credentials",
					Dockerfile: "FROM debian:12\nRUN aws configure set aws_access_key_id x\nRUN --mount=type=secret,id=a aws configure set aws_secret_access_key \"$(cat /run/secrets/a)\"\nRUN az login -u x\nRUN gcloud auth activate-service-account --key-file x\n",
					Lines:      []int{2, 4, 5}, Aliases: []string{"DS-0031", "DS-0031", "DS-0031"},
				},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/secrets/"},
		},
		Run: run,
	}
}
