package sl2003

import (
	"schlank/finding"
	"schlank/rule"
)

// examples are the further examples of the rule.
func examples() []rule.Example {
	return []rule.Example{
		{
			Name:       "a directory that was there keeps its owner, so this needs a look",
			Dockerfile: "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN chown -R node:node /app\n",
			Lines:      []int{4},
			Fixed:      "FROM node:22\nWORKDIR /app\nCOPY --chown=node:node . .\n",
		},
		{
			Name:       "that is not applied as equivalent",
			Dockerfile: "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN chown -R node:node /app\n",
			Lines:      []int{4},
			Safety:     finding.Equivalent,
			Fixed:      "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN chown -R node:node /app\n",
		},
		{
			Name:       "a layer for itself does not know names",
			Dockerfile: "FROM node:22\nCOPY --link . /app\nRUN chown -R node:node /app\nCOPY --link . /b\nRUN chown -R 1000 /b\n",
			Lines:      []int{3, 5},
			Fixed:      "FROM node:22\nCOPY --link . /app\nRUN chown -R node:node /app\nCOPY --link --chown=1000 . /b\n",
		},
		{
			Name:       "several copies, and a RUN that does more",
			Dockerfile: "FROM debian:12\nCOPY a /srv/a/\nCOPY --chmod=644 b /srv/b/\nRUN chown -R 1000:1000 /srv && ldconfig\n",
			Lines:      []int{4},
			Fixed:      "FROM debian:12\nCOPY --chown=1000:1000 a /srv/a/\nCOPY --chmod=644 --chown=1000:1000 b /srv/b/\nRUN ldconfig\n",
		},
		{
			Name:       "a script is made executable",
			Dockerfile: "FROM debian:12\nCOPY entrypoint.sh /\nRUN chmod +x /entrypoint.sh\nCOPY a.sh b.sh /x/\nRUN chmod 0755 /x/a.sh\n",
			Lines:      []int{3, 5},
			Fixed:      "FROM debian:12\nCOPY --chmod=755 entrypoint.sh /\nCOPY a.sh b.sh /x/\nRUN chmod 0755 /x/a.sh\n",
		},
		{
			Name:       "something else writes there too",
			Dockerfile: "FROM node:22\nCOPY . /app\nRUN cd /app && npm ci\nRUN chown -R node /app\n",
			Lines:      []int{4},
			Fixed:      "FROM node:22\nCOPY . /app\nRUN cd /app && npm ci\nRUN chown -R node /app\n",
		},
		{
			Name:       "a RUN has put something else there, or the base image has",
			Dockerfile: "FROM debian:12\nRUN cd /opt && mv a b\nCOPY app.war /opt/b/webapps/\nRUN chmod -R 750 /opt/b\nCOPY html /usr/share/nginx/html\nRUN chmod -R 755 /usr/share/nginx/html\n",
			Lines:      []int{4, 6},
			Safety:     finding.Equivalent,
			Fixed:      "FROM debian:12\nRUN cd /opt && mv a b\nCOPY app.war /opt/b/webapps/\nRUN chmod -R 750 /opt/b\nCOPY html /usr/share/nginx/html\nRUN chmod -R 755 /usr/share/nginx/html\n",
		},
		{
			Name:       "the user is only made after the copy",
			Dockerfile: "FROM debian:12\nCOPY . /app\nRUN useradd app && chown -R app:app /app\n",
			Lines:      []int{3},
			Fixed:      "FROM debian:12\nCOPY . /app\nRUN useradd app && chown -R app:app /app\n",
		},
		{
			Name:       "what the same RUN made, what is another path, and a builder",
			Dockerfile: "FROM debian:12 AS b\nCOPY . /app\nRUN chown -R a /app\nFROM debian:12\nCOPY --from=b --chown=a /app /app\nRUN mkdir /data && chown -R a /data && chown a /app\nRUN chown -R a /app\n",
		},
	}
}
