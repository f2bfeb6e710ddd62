package sl2001

import (
	"schlank/finding"
	"schlank/rule"
)

// examples are the further examples of the rule.
func examples() []rule.Example {
	return []rule.Example{
		{
			Name: "caches of package managers",
			Dockerfile: "FROM debian:12\nRUN apt-get update && apt-get install -y curl\nRUN rm -rf /var/lib/apt/lists/*\n" +
				"FROM alpine:3.20\nRUN apk add curl\nRUN apk add git && rm -rf /var/cache/apk/*\n",
			Lines: []int{3},
			Fixed: "FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n" +
				"FROM alpine:3.20\nRUN apk add curl\nRUN apk add git && rm -rf /var/cache/apk/*\n",
		},
		{
			Name:       "packages",
			Dockerfile: "FROM alpine:3.20\nRUN apk add --no-cache --virtual .build gcc\nRUN make\nRUN apk del .build\nRUN apk add --no-cache --virtual .x g && make && apk del .x\n",
			Lines:      []int{4},
		},
		{
			Name:       "a copied file that is only needed on the way",
			Dockerfile: "FROM debian:12\nWORKDIR /src\nCOPY dist/app.deb /tmp/\nRUN dpkg -i /tmp/app.deb && rm /tmp/app.deb\n",
			Lines:      []int{4},
			Fixed:      "FROM debian:12\nWORKDIR /src\nRUN --mount=type=bind,source=dist/app.deb,target=/tmp/app.deb dpkg -i /tmp/app.deb\n",
			Setup:      rule.Setup{Files: map[string]string{"dist/app.deb": "0123456789"}},
		},
		{
			Name:       "a part of what was copied",
			Dockerfile: "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build && rm -rf src /app/test\n",
			Lines:      []int{4, 4},
		},
		{
			Name:       "a clone and a directory",
			Dockerfile: "FROM debian:12\nRUN git clone https://example.com/x.git /opt/x\nRUN rm -rf /opt/x/.git && cd /opt && rm -r x/doc\n",
			Lines:      []int{3, 3},
			Fixed:      "FROM debian:12\nRUN git clone https://example.com/x.git /opt/x && rm -rf /opt/x/.git\nRUN cd /opt && rm -r x/doc\n",
		},
		{
			Name:       "something in between needs it",
			Dockerfile: "FROM debian:12\nRUN curl -o /tmp/a.sh https://example.com/a.sh\nRUN sh /tmp/a.sh\nRUN rm /tmp/a.sh\n",
			Lines:      []int{4},
			Fixed:      "FROM debian:12\nRUN curl -o /tmp/a.sh https://example.com/a.sh\nRUN sh /tmp/a.sh\nRUN rm /tmp/a.sh\n",
		},
		{
			Name:       "something in between may use it without naming it",
			Dockerfile: "FROM debian:12\nRUN curl -o /src/model.bin https://example.com/m\nRUN make\nRUN rm /src/model.bin\n",
			Lines:      []int{4},
			Safety:     finding.Equivalent,
			Fixed:      "FROM debian:12\nRUN curl -o /src/model.bin https://example.com/m\nRUN make\nRUN rm /src/model.bin\n",
		},
		{
			Name:       "lists that a later RUN installs from",
			Dockerfile: "FROM debian:12\nRUN apt-get update\nRUN apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
			Lines:      []int{3},
			Safety:     finding.Suggestion,
			Fixed:      "FROM debian:12\nRUN apt-get update\nRUN apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
		},
		{
			Name:       "moved instead of deleted",
			Dockerfile: "FROM debian:12\nRUN git clone x /tmp/x\nRUN mv /tmp/x /opt/x\n",
			Lines:      []int{3},
		},
		{
			Name:       "made and deleted in one layer, and what the base brings",
			Dockerfile: "FROM debian:12\nRUN curl -o /a https://example.com/a && rm /a\nRUN rm -rf /usr/share/doc /a /tmp/* && touch /b && rm /b\nRUN --mount=type=cache,target=/c curl -o /c/a x\nRUN rm -rf /c/*\n",
		},
		{
			Name:       "a builder's layers stay behind",
			Dockerfile: "FROM debian:12 AS b\nRUN curl -o /a x\nRUN rm /a\nFROM debian:12\nCOPY --from=b /b /b\n",
		},
		{
			Name:       "the stage that this one starts from",
			Dockerfile: "FROM debian:12 AS b\nRUN curl -o /a x\nFROM b\nRUN rm /a\nRUN rm -f /a\n",
			Lines:      []int{4},
		},
	}
}
