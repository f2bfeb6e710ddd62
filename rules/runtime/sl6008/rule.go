// Package sl6008 is the rule development-server.
package sl6008

import (
	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/runtime/start"
)

// Rule is SL6008.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL6008",
		Name:     "development-server",
		Aliases:  []string{},
		Category: rule.Runtime,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "The image starts a development server",
			Why: "Development servers watch files, compile on the fly, show stack traces to visitors and serve one request after another. Their own manuals say not to use them in production; " +
				"they also keep compilers and sources in the image. Stages and files whose names speak of development or tests are left alone.",
			Bad:  "FROM python:3.13-slim\nCMD [\"flask\", \"run\", \"--host=0.0.0.0\"]\n",
			Good: "FROM python:3.13-slim\nCMD [\"gunicorn\", \"--bind=0.0.0.0:8000\", \"app:app\"]\n",
			More: []rule.Example{
				{Name: "python", Lines: []int{2, 4, 6, 8}, Dockerfile: "FROM python:3\nCMD python manage.py runserver 0.0.0.0:8000\nFROM python:3\nCMD [\"uvicorn\", \"app:app\", \"--reload\"]\nFROM python:3\nCMD [\"poetry\", \"run\", \"python3\", \"-m\", \"flask\", \"run\"]\nFROM python:3\nCMD python -m http.server\nFROM python:3\nCMD [\"uvicorn\", \"app:app\"]\n"},
				{Name: "node", Lines: []int{2, 4, 6, 8, 10}, Dockerfile: "FROM node:24\nCMD [\"npm\", \"run\", \"dev\"]\nFROM node:24\nCMD yarn start:dev\nFROM node:24\nCMD npx vite --host\nFROM node:24\nCMD next dev\nFROM node:24\nCMD node --watch a.js\nFROM node:24\nCMD next start\nFROM node:24\nCMD npm start\n"},
				{Name: "others", Lines: []int{2, 4, 6, 8, 10}, Dockerfile: "FROM golang:1\nCMD go run .\nFROM rust:1\nCMD cargo run --release\nFROM maven:3\nCMD ./mvnw -q spring-boot:run\nFROM php:8\nCMD php -S 0.0.0.0:80\nFROM ruby:3\nCMD bundle exec rails s -e development\nFROM ruby:3\nCMD rails server -e production\n"},
				{Name: "a stage for development", Dockerfile: "FROM node:24 AS dev\nCMD [\"npm\", \"run\", \"dev\"]\nFROM node:24\nCMD [\"node\", \"a.js\"]\n"},
				{Name: "built in another way", Dockerfile: "FROM node:24\nRUN npm run dev\nCMD [\"node\", \"a.js\"]\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://flask.palletsprojects.com/en/stable/deploying/", "https://docs.djangoproject.com/en/stable/ref/django-admin/#runserver", "https://www.php.net/manual/en/features.commandline.webserver.php"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	if start.ForWork(p.File.Source.Name) {
		return
	}
	for _, s := range start.Results(p) {
		if start.ForWork(s.Name) {
			continue
		}
		for _, program := range start.Programs(s) {
			what, instead := development(program.Effective, s.End.Env)
			if what == "" {
				continue
			}
			p.Report(finding.Finding{
				Span:    program.Command().Orig,
				Message: what + " is for development",
				Hint:    instead,
			})
		}
	}
}

// isDevelopment reports whether an environment says so.
func isDevelopment(env dockerfile.Env, names ...string) bool {
	for _, n := range names {
		if value, ok := env.Get(n); ok && value == "development" {
			return true
		}
	}
	return false
}
