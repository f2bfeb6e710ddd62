package sl2006

import "schlank/rule"

// examples are the further examples of the rule.
func examples() []rule.Example {
	return []rule.Example{
		{
			Name:       "the files that the command names",
			Dockerfile: "FROM python:3.12\nWORKDIR /app\nCOPY --chown=app . /app\nRUN pip install --upgrade pip && pip install -r requirements.txt -c constraints.txt && python manage.py collectstatic\n",
			Lines:      []int{4},
			Fixed: "FROM python:3.12\nWORKDIR /app\nCOPY --chown=app requirements.txt constraints.txt /app/\nRUN pip install --upgrade pip && pip install -r requirements.txt -c constraints.txt\n" +
				"COPY --chown=app . /app\nRUN python manage.py collectstatic\n",
		},
		{
			Name:       "requirements that name others",
			Dockerfile: "FROM python:3.12\nCOPY ./ /src/\nRUN pip install -r /src/requirements/prod.txt\n",
			Setup:      rule.Setup{Files: map[string]string{"requirements/prod.txt": "-r base.txt\nx\n", "requirements/base.txt": "y\n"}},
			Lines:      []int{3},
			Fixed:      "FROM python:3.12\nCOPY requirements/prod.txt requirements/base.txt /src/requirements/\nRUN pip install -r /src/requirements/prod.txt\nCOPY ./ /src/\n",
		},
		{
			Name:       "where the context is not known a lock file may be missing",
			Dockerfile: "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm install && npm run build\n",
			Lines:      []int{4},
			Fixed:      "FROM node:22\nWORKDIR /app\nCOPY package.json package-lock.json* ./\nRUN npm install\nCOPY . .\nRUN npm run build\n",
		},
		{
			Name:       "a directory of the context",
			Dockerfile: "FROM golang:1.23\nWORKDIR /src\nCOPY server .\nRUN go mod download\nRUN go build ./...\n",
			Setup:      rule.Setup{Files: map[string]string{"server/go.mod": "x", "server/go.sum": "x", "server/main.go": "x", "server/a/b.go": "x"}},
			Lines:      []int{4},
			Fixed:      "FROM golang:1.23\nWORKDIR /src\nCOPY server/go.mod server/go.sum ./\nRUN go mod download\nCOPY server .\nRUN go build ./...\n",
		},
		{
			Name:       "what stands between may matter",
			Dockerfile: "FROM ruby:3.3\nWORKDIR /app\nCOPY . .\nENV BUNDLE_WITHOUT=test\nRUN bundle install\n",
			Lines:      []int{5},
			Fixed:      "FROM ruby:3.3\nWORKDIR /app\nCOPY . .\nENV BUNDLE_WITHOUT=test\nRUN bundle install\n",
		},
		{
			Name: "in order already",
			Dockerfile: "FROM node:22\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build\n" +
				"FROM python:3.12\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\nRUN pip install -r dev.txt\n",
		},
		{
			Name: "what needs the sources, and what is cached",
			Dockerfile: "FROM python:3.12\nCOPY . /app\nRUN pip install /app && pip install -e .\nRUN poetry install\nRUN npm install -g pnpm\n" +
				"RUN --mount=type=cache,target=/root/.npm cd /app && npm ci\nRUN cd /app && pnpm --filter=a --prod deploy /srv/a\n",
		},
		{
			Name:       "sources of another directory",
			Dockerfile: "FROM node:22\nWORKDIR /app\nCOPY . /assets\nRUN npm ci\n",
		},
	}
}
