package pkgmgr_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/dockerfile/pkgmgr"
	"schlank/dockerfile/shellcmd"
	"schlank/source"
)

// effective is the first command of a script.
func effective(t testing.TB, text string) shellcmd.Effective {
	t.Helper()
	s := shellcmd.Parse(source.Verbatim([]byte(text), source.Span{End: len(text)}), "")
	if len(s.Commands) == 0 {
		t.Fatalf("%s: no command", text)
	}
	return s.Commands[0].Effective()
}

// describe is an action in one line: manager, verb, packages with kind and
// constraint, settings with values.
func describe(a pkgmgr.Action) string {
	parts := []string{a.Manager.Name, string(a.Verb)}
	for _, p := range a.Packages {
		text := p.Name + p.Constraint
		if p.Kind != pkgmgr.Named {
			text = string(p.Kind) + ":" + p.Text
			if p.Constraint != "" {
				text += "!"
			}
		} else if p.Name == "" {
			text = "?" + p.Text
		}
		parts = append(parts, text)
	}
	for _, s := range a.Settings {
		text := "+" + string(s.Option)
		if s.Value != "" && !strings.HasPrefix(s.Flag, "-o") && s.Flag != "--setopt" && s.Option != pkgmgr.Yes {
			text += "=" + s.Value
		}
		parts = append(parts, text)
	}
	if a.Dynamic {
		parts = append(parts, "dynamic")
	}
	return strings.Join(parts, " ")
}

func TestParse(t *testing.T) {
	tests := []struct{ in, want string }{
		{"apt-get update", "apt update"},
		{"sudo apt-get -yq --no-install-recommends install curl=8.* g++ libc6:i386 vim- ./a.deb 'php*'",
			"apt install curl=8.* g++ libc6 vim local:./a.deb pattern:php* +yes +no-recommends"},
		{"apt-get install -qq a", "apt install a +yes"},
		{"apt-get install -q -q a", "apt install a +yes"},
		{"apt-get install -q=2 a", "apt install a +yes"},
		{"apt-get -q install a", "apt install a"},
		{"apt-get -o APT::Install-Recommends=false -o=APT::Get::Assume-Yes=true install a", "apt install a +no-recommends +yes"},
		{"aptitude install -y -R a", "apt install a +yes +no-recommends"},
		{"apt-get install -t bookworm-backports -y a/stable", "apt install a/stable +yes"},
		{"apt-get install $FLAGS curl=$V", "apt install ?$FLAGS curl=$V dynamic"},
		{"apt full-upgrade -y", "apt dist-upgrade +yes"},
		{"dpkg -i a.deb", "dpkg install local:a.deb"},
		{"dpkg --add-architecture i386", "dpkg other"},
		{"apk add --no-cache -t .build gcc=~12 musl-dev@edge 'a>1'", "apk install gcc=~12 musl-dev a>1 +no-cache +virtual=.build"},
		{"apk --update add x", "apk install x +refresh"},
		{"apk del .build", "apk remove .build"},
		{"dnf install -y httpd-2.4.24 java-1.8.0-openjdk-devel gcc-c++-1.1.1 openssl-1:1.1.1k git-${v}",
			"dnf install httpd-2.4.24 java-1.8.0-openjdk-devel gcc-c++-1.1.1 openssl-1:1.1.1k git-${v} +yes"},
		{"dnf -y --setopt=install_weak_deps=False group install 'Development Tools'", "dnf install group:Development Tools +yes +no-recommends"},
		{"microdnf module install -y tomcat:9", "dnf install tomcat:9 +yes"},
		{"yum -vy localinstall http://a/b.rpm", "dnf install remote:http://a/b.rpm +yes"},
		{"yum clean all", "dnf clean"},
		{"zypper -n in --no-recommends 'a>=9' b-1.rpm", "zypper install a>=9 local:b-1.rpm +yes +no-recommends"},
		{"pip3.11 install --no-cache-dir -r a.txt -c c.txt -e . Django[x]~=4.2 ./x", "pip install Django~=4.2 local:./x +no-cache +manifest=a.txt +constraint=c.txt +editable=."},
		{"python3 -u -m pip install 'a>=1;python_version<\"3\"' git+https://h/r.git@v1#egg=r", "pip install a>=1 remote:git+https://h/r.git@v1#egg=r!"},
		{"pip install git+https://git@h/r.git", "pip install remote:git+https://git@h/r.git"},
		{"python app.py install x", ""},
		{"uv sync --frozen --no-dev", "uv install +frozen +production"},
		{"uv pip install --system x==1", "uv install x==1"},
		{"poetry install --only main --no-root", "poetry install +production=main"},
		{"poetry install --without=dev,test", "poetry install +production=dev,test"},
		{"pipenv install --system --deploy", "pipenv install +frozen"},
		{"conda install -y -c conda-forge numpy=1.26 conda-forge::x", "conda install numpy=1.26 x +yes"},
		{"conda env create -f environment.yml", "conda install +manifest=environment.yml"},
		{"conda clean -afy", "conda clean +all +yes"},
		{"npm ci --omit=dev", "npm install +production=dev +frozen"},
		{"npm i -g @scope/a@1 b ~/c git://h/r.git#1 owner/repo", "npm install @scope/a@1 b local:~/c remote:git://h/r.git#1! remote:owner/repo +global"},
		{"npm install --production=false", "npm install"},
		{"npm cache clean --force", "npm clean +force"},
		{"npm run build", "npm other"},
		{"npx cowsay@1 hi", "npm run cowsay@1"},
		{"yarn", "yarn install"},
		{"yarn --frozen-lockfile --production", "yarn install +frozen +production"},
		{"yarn global add x@1", "yarn install x@1 +global"},
		{"yarn build", "yarn run"},
		{"corepack pnpm install --prod", "pnpm install +production"},
		{"bun install -p", "bun install +production"},
		{"go install -ldflags '-s -w' x.org/y@v1 ./cmd/z .", "go install x.org/y@v1 local:./cmd/z local:."},
		{"go run x.org/y@latest --flag z", "go run x.org/y@latest"},
		{"go mod download", "go download"},
		{"cargo install --locked ripgrep@14 --version 3", "cargo install ripgrep@14 +frozen +version=3"},
		{"cargo build --release", "cargo build"},
		{"./mvnw -B -DskipTests package", "maven build"},
		{"mvn dependency:go-offline", "maven download"},
		{"./gradlew --no-daemon build", "gradle build"},
		{"gem install bundler:2.0.1 x --no-document -- --use-system-libraries", "gem install bundler:2.0.1 x +no-docs"},
		{"bundle install --without development test --jobs 4", "bundler install +production=development"},
		{"php composer.phar install --no-dev", "composer install +production"},
		{"composer require a/b:^1", "composer install a/b:^1"},
		{"bash -c 'apt-get update'", ""},
		{"$PM install x", ""},
		{"make install", ""},
	}
	for _, tt := range tests {
		got := ""
		if a, ok := pkgmgr.Parse(effective(t, tt.in)); ok {
			got = describe(a)
		}
		if got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.in, got, tt.want)
		}
	}
}

func TestPlaces(t *testing.T) {
	text := "sudo apt-get -t x install -qy \\\n  'curl=1' b"
	a, ok := pkgmgr.Parse(effective(t, text))
	if !ok {
		t.Fatal("not understood")
	}
	at := func(s source.Span) string { return text[s.Start:s.End] }
	got := []string{at(a.CallSpan()), at(a.Setting(pkgmgr.Yes).Span), at(a.Packages[0].Span), at(a.Span())}
	want := []string{"apt-get -t x install", "-qy", "'curl=1'", text[5:]}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("places (-want +got)\n%s", diff)
	}
}

func TestEnabled(t *testing.T) {
	tests := []struct {
		in     string
		option pkgmgr.Option
		env    string
		want   bool
	}{
		{"pip install x", pkgmgr.NoCache, "PIP_NO_CACHE_DIR=1", true},
		{"pip install x", pkgmgr.NoCache, "PIP_NO_CACHE_DIR=off", false},
		{"pip install x", pkgmgr.NoCache, "PIP_NO_CACHE_DIR=", false},
		{"npm install", pkgmgr.Production, "NODE_ENV=production", true},
		{"npm install", pkgmgr.Production, "NODE_ENV=development", false},
		{"bundle install", pkgmgr.Production, "BUNDLE_WITHOUT=development:test", true},
	}
	for _, tt := range tests {
		a, _ := pkgmgr.Parse(effective(t, tt.in))
		if got := a.Enabled(tt.option, environment(tt.env)); got != tt.want {
			t.Errorf("%s with %s: %v", tt.in, tt.env, got)
		}
	}
}

// environment is one variable.
func environment(text string) pkgmgr.Env {
	name, value, _ := strings.Cut(text, "=")
	return func(n string) (string, bool) {
		if n == name && n != "" {
			return value, true
		}
		return "", false
	}
}

func TestCaches(t *testing.T) {
	tests := []struct{ in, env, want string }{
		{"apt-get update", "", "lists /var/lib/apt/lists mount /var/lib/apt locked: rm -rf /var/lib/apt/lists/*"},
		{"apt-get install a", "", "downloads /var/cache/apt mount /var/cache/apt locked: apt-get clean"},
		{"apk add --no-cache a", "", ""},
		{"apk add --no-network -t b a", "", ""},
		{"yum install a", "", "lists /var/cache/yum mount /var/cache/yum locked: yum clean all"},
		{"pip install a", "", "downloads /root/.cache/pip mount /root/.cache/pip : rm -rf /root/.cache/pip"},
		{"pip install a", "PIP_CACHE_DIR=/c", "downloads /c mount /c : rm -rf /c"},
		{"pip install a", "XDG_CACHE_HOME=/x", "downloads /x/pip mount /x/pip : rm -rf /x/pip"},
		{"pip install a", "PIP_NO_CACHE_DIR=1", ""},
		{"npm ci --cache /n", "", "downloads /n mount /n : npm cache clean --force"},
		{"go build ./...", "GOPATH=/g", "downloads /g/pkg/mod mount /g/pkg/mod : go clean -modcache; builds /root/.cache/go-build mount /root/.cache/go-build : go clean -cache"},
		{"mvn package", "", "downloads /root/.m2/repository mount /root/.m2 : rm -rf /root/.m2/repository"},
		{"npm run build", "", ""},
	}
	for _, tt := range tests {
		a, _ := pkgmgr.Parse(effective(t, tt.in))
		var got []string
		for _, c := range a.Fills(environment(tt.env), "/root") {
			got = append(got, fmt.Sprintf("%s %s mount %s %s: %s", c.Kind, c.Paths[0], c.Mount, c.Sharing, c.CleanUp))
		}
		if s := strings.Join(got, "; "); s != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.in, s, tt.want)
		}
	}
}

func TestAvoids(t *testing.T) {
	for in, want := range map[string]int{"pip install --no-cache-dir a": 1, "pip install a": 0, "apt-get update": 0, "apk add --no-cache a": 1} {
		a, _ := pkgmgr.Parse(effective(t, in))
		if got := len(a.Avoids(nil, "/root")); got != want {
			t.Errorf("%s avoids %d caches", in, got)
		}
	}
}

func TestEmptied(t *testing.T) {
	tests := []struct {
		fill, clean string
		want        bool
	}{
		{"apt-get update", "rm -rf /var/lib/apt/lists/*", true},
		{"apt-get update", "rm -rf /var/lib/apt/lists", true},
		{"apt-get update", "rm -r /var/lib/apt", true},
		{"apt-get update", "rm -rf /tmp/* /var/lib/apt/lists/*_*", true},
		{"apt-get update", "rm -rf /var/lib/{apt,dpkg,cache,log}/", true},
		{"apt-get update", "rm -rf /var/lib/apt/lists/partial", false},
		{"apt-get update", "find /var/lib/apt/lists -type f -delete", true},
		{"apt-get update", "apt-get clean", false},
		{"apt-get update", "apt-get distclean", true},
		{"apt-get install x", "apt-get clean", true},
		{"apt-get install x", "rm -rf /var/cache/apt/archives", true},
		{"dnf install x", "yum clean all", true},
		{"dnf install x", "dnf clean packages", false},
		{"dnf install x", "rm -rf /var/cache/yum/*", true},
		{"npm ci", "npm cache clean --force", true},
		{"npm ci", "rm -rf ~/.npm/_cacache", true},
		{"npm ci", `rm -rf "$HOME/.npm"`, true},
		{"yarn", "npm cache clean --force", false},
		{"pip install x", "pip cache purge", true},
		{"pipenv install", "rm -rf /root/.cache", true},
		{"pnpm i", `rm -rf "$(pnpm store path)"`, true},
		{"gem install x", `rm -rf "$(gem env gemdir)/cache"`, true},
		{"conda install x", "conda clean -afy", true},
		{"go build", "go clean -modcache -cache", true},
		{"pip install x", "rm /root/.cache/pip", false},
		{"apk add x", "rm /var/cache/apk/*", true},
	}
	for _, tt := range tests {
		a, _ := pkgmgr.Parse(effective(t, tt.fill))
		e := effective(t, tt.clean)
		cleaner, isAction := pkgmgr.Parse(e)
		all := true
		for _, c := range a.Fills(nil, "/root") {
			all = all && (pkgmgr.Removes(e, c, "/root") || isAction && cleaner.Empties(c))
		}
		if all != tt.want {
			t.Errorf("%s; %s: emptied is %v", tt.fill, tt.clean, all)
		}
	}
}

// TestManagers checks the tables for slips.
func TestManagers(t *testing.T) {
	for _, m := range pkgmgr.Managers() {
		if pkgmgr.ByName(m.Name) != m || m.Ecosystem == "" {
			t.Errorf("%s: not found by its name, or without ecosystem", m.Name)
		}
		for _, s := range m.Stores {
			if s.CleanUp == "" || len(s.Paths) == 0 || len(s.Verbs) == 0 {
				t.Errorf("%s: the store %v lacks something", m.Name, s.Paths)
			}
		}
	}
}

// FuzzParse checks that no command makes the readers fail, and that all places
// are those of the words.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"apt-get -qqy install a=1 'b*' $C", "python -m pip install -r x -e . a[b]==1", "rm -rf /a/{b,c}/* ~/x",
		"dnf install a-1:2-3 --setopt=x=y", "npm i @a/b@c", "go run x@y z", "find / -delete", "conda clean -afy", "gem i x -- -y", "yarn",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := shellcmd.Parse(source.Verbatim([]byte(text), source.Span{End: len(text)}), "")
		for _, c := range s.Commands {
			e := c.Effective()
			for _, dir := range pkgmgr.Removed(e, "/root") {
				if !strings.HasPrefix(dir, "/") {
					t.Fatalf("%q removes %q", text, dir)
				}
			}
			a, ok := pkgmgr.Parse(e)
			if !ok {
				continue
			}
			if !c.Orig.Contains(a.CallSpan()) || a.VerbWord >= len(a.Words) {
				t.Fatalf("%q: the call is at %v", text, a.CallSpan())
			}
			for _, p := range a.Packages {
				if p.Span != a.Words[p.Word].Orig {
					t.Fatalf("%q: %q is at %v", text, p.Text, p.Span)
				}
			}
			for _, s := range a.Settings {
				if !c.Orig.Contains(s.Span) {
					t.Fatalf("%q: %s is at %v", text, s.Option, s.Span)
				}
			}
			for _, cache := range a.Fills(nil, "/root") {
				if cache.CleanUp == "" || !strings.HasPrefix(cache.Mount, "/") {
					t.Fatalf("%q: no place in %v", text, cache)
				}
				a.Empties(cache)
				pkgmgr.Removes(e, cache, "/root")
			}
		}
	})
}
