package sl6008

import (
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/rules/runtime/start"
)

// development says what a program is if it is a development server, and what
// to use instead.
func development(e shellcmd.Effective, env dockerfile.Env) (what, instead string) {
	words := values(e)
	switch name := words[0]; {
	case strings.HasPrefix(name, "python") || name == "pypy3":
		return python(words[1:])
	case name == "flask" || name == "django-admin" || name == "manage.py" || name == "uvicorn" || name == "hypercorn" || name == "gunicorn" || name == "fastapi":
		return python(append([]string{"-m"}, words...))
	case name == "npm" || name == "yarn" || name == "pnpm" || name == "bun":
		return script(words)
	case name == "ruby" || name == "rails" || name == "rackup":
		return rails(words, env)
	default:
		return tool(words)
	}
}

// values are the words of a program that are known, the others empty.
func values(e shellcmd.Effective) []string {
	out := []string{e.Name}
	for k := 1; k < len(e.Words); k++ {
		out = append(out, start.Word(e, k))
	}
	return out
}

// wsgi is what to use instead of Python's development servers.
const wsgi = "use gunicorn, uvicorn without --reload, or another server for production"

// python looks at the arguments of the interpreter.
func python(args []string) (what, instead string) {
	args = slices.DeleteFunc(slices.Clone(args), func(w string) bool { return w == "-m" || w == "-u" || w == "-B" })
	if len(args) == 0 {
		return "", ""
	}
	has := func(word string) bool { return slices.Contains(args[1:], word) }
	name := args[0][strings.LastIndexByte(args[0], '/')+1:]
	switch {
	case name == "flask" && has("run"):
		return "flask run", wsgi
	case (name == "manage.py" || name == "django" || name == "django-admin") && (has("runserver") || has("runserver_plus")):
		return "Django's runserver", wsgi
	case (name == "uvicorn" || name == "hypercorn" || name == "gunicorn") && has("--reload"):
		return name + " --reload", "leave --reload out"
	case name == "fastapi" && has("dev"):
		return "fastapi dev", "use fastapi run"
	case name == "http.server" || name == "SimpleHTTPServer":
		return "Python's " + name, "use nginx or another web server"
	}
	return "", ""
}

// script looks at what a package manager of Node.js runs.
func script(words []string) (what, instead string) {
	args := slices.DeleteFunc(slices.Clone(words[1:]), func(w string) bool { return strings.HasPrefix(w, "-") || w == "run" || w == "run-script" })
	if len(args) == 0 {
		return "", ""
	}
	name := args[0]
	switch {
	case name == "dev", name == "develop", name == "watch", strings.HasPrefix(name, "dev:"),
		strings.HasSuffix(name, ":dev"), strings.HasSuffix(name, ":watch"):
		return words[0] + " " + name, "build in an earlier stage and start the result"
	}
	return "", ""
}

// rails looks at the server of Ruby on Rails.
func rails(words []string, env dockerfile.Env) (what, instead string) {
	if words[0] == "rackup" || len(words) < 2 {
		return "", ""
	}
	server := slices.ContainsFunc(words[1:], func(w string) bool { return w == "s" || w == "server" })
	development := isDevelopment(env, "RAILS_ENV", "RACK_ENV")
	for k, w := range words {
		if w == "--environment=development" || (w == "-e" || w == "--environment") && k+1 < len(words) && words[k+1] == "development" {
			development = true
		}
	}
	if server && development {
		return "a Rails server in development", "set RAILS_ENV=production"
	}
	return "", ""
}

// tool looks at other tools by name and verb.
func tool(words []string) (what, instead string) {
	name := words[0]
	has := func(verbs ...string) bool {
		return slices.ContainsFunc(words[1:], func(w string) bool { return slices.Contains(verbs, w) })
	}
	const build = "build in an earlier stage and start the result"
	serves := func(verbs ...string) bool { return len(words) > 1 && slices.Contains(verbs, words[1]) }
	var is bool
	switch name {
	case "nodemon", "ts-node-dev", "webpack-dev-server", "air", "reflex":
		is = true
	case "vite", "parcel":
		is = !serves("build")
	case "tsx", "ts-node":
		is = has("watch", "--watch")
	case "node":
		is = has("--watch")
	case "next", "nuxt", "nuxi", "astro", "remix", "gatsby", "wrangler":
		is = serves("dev", "develop")
	case "webpack", "ng", "vue-cli-service":
		is = serves("serve", "s")
	case "react-scripts", "expo":
		is = serves("start")
	case "go":
		is = serves("run")
	case "cargo":
		is = serves("run", "watch")
	case "dotnet":
		is = serves("run", "watch")
	case "mvn", "mvnw":
		is = has("spring-boot:run", "quarkus:dev", "jetty:run", "exec:java")
	case "gradle", "gradlew":
		is = has("bootRun", "run", "quarkusDev")
	case "sbt":
		is = has("run")
	case "php":
		is = has("-S") || has("artisan", "bin/console") && has("serve", "server:run")
	case "symfony":
		is = has("server:start", "serve")
	case "hugo", "mkdocs", "jekyll":
		is = serves("server", "serve", "s")
	}
	if !is {
		return "", ""
	}
	if len(words) > 1 && words[1] != "" {
		name += " " + words[1]
	}
	return name, build
}
