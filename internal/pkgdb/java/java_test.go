package java

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/inventory"
)

// testdata holds archives that Maven built: a war with four libraries, of
// which two do not know their Maven names, and a jar into which two libraries
// were merged.
func TestMavenBuilt(t *testing.T) {
	records := map[string][]byte{}
	for _, p := range []string{"/srv/demo-1.2.0.war", "/opt/tool.jar"} {
		file := map[string]string{"/srv/demo-1.2.0.war": "demo-1.2.0.war", "/opt/tool.jar": "tool-0.3.jar"}[p]
		data, err := os.ReadFile("testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		if records[p], err = Extract(p, bytes.NewReader(data), int64(len(data))); err != nil {
			t.Fatal(err)
		}
	}
	const war, jar = "/srv/demo-1.2.0.war", "/opt/tool.jar"
	lib := func(name, version, file string, requested bool) inventory.Package {
		return inventory.Package{
			Type: inventory.Java, Name: name, Version: version, Location: war + "!/WEB-INF/lib/" + file, Inside: war, Requested: requested,
		}
	}
	nop, api := lib("org.slf4j:slf4j-nop", "1.7.36", "slf4j-nop-1.7.36.jar", true), lib("org.slf4j:slf4j-api", "1.7.36", "slf4j-api-1.7.36.jar", false)
	nop.Depends, nop.Provides = []string{"org.slf4j:slf4j-api"}, []string{"org.slf4j.nop", "slf4j.nop"}
	api.Provides = []string{"org.slf4j", "slf4j.api"}
	want := []inventory.Package{
		{
			Type: inventory.Java, Name: "com.example:tool", Version: "0.3", Location: jar, Files: []string{jar}, Requested: true,
			Depends: []string{"aopalliance:aopalliance", "org.slf4j:slf4j-nop"},
		},
		{
			Type: inventory.Java, Name: "org.slf4j:slf4j-nop", Version: "1.7.36", Location: jar, Inside: jar, Requested: true,
			Depends: []string{"org.slf4j:slf4j-api"},
		},
		{
			Type: inventory.Java, Name: "com.example:demo", Version: "1.2.0", Location: war, Files: []string{war}, Requested: true,
			Depends: []string{"aopalliance:aopalliance", "javax.inject:javax.inject", "org.slf4j:slf4j-nop"},
		},
		lib("aopalliance:aopalliance", "1.0", "aopalliance-1.0.jar", true), nop,
		lib("javax.inject:javax.inject", "1", "javax.inject-1.jar", true), api,
	}
	got, unknowns := Parse(records)
	for i := range got {
		if len(got[i].Provides) == 0 {
			got[i].Provides = nil
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("packages (-want +got):\n%s", diff)
	}
	if len(unknowns) > 0 {
		t.Errorf("unknowns: %v", unknowns)
	}
}

func TestNames(t *testing.T) {
	tests := []struct{ file, name, version string }{
		{"spring-core-6.1.14.jar", "spring-core", "6.1.14"},
		{"netty-transport-native-epoll-4.1.0.Final-linux-x86_64.jar", "netty-transport-native-epoll", "4.1.0.Final-linux-x86_64"},
		{"log4j-1.2-api-2.17.1.jar", "log4j-1.2-api", "2.17.1"},
		{"commons-collections4-4.4.jar", "commons-collections4", "4.4"},
		{"app.jar", "app", ""}, {"guava-33.0.0-jre.jar", "guava", "33.0.0-jre"}, {"-1.jar", "-1", ""},
		{"x-v1.2.war", "x", "v1.2"}, {"a-1.0-SNAPSHOT.jar", "a", "1.0-SNAPSHOT"},
	}
	for _, tt := range tests {
		if name, version := nameVersion(tt.file); name != tt.name || version != tt.version {
			t.Errorf("%s is %q %q, want %q %q", tt.file, name, version, tt.name, tt.version)
		}
	}
	for location, want := range map[string]string{
		"/root/.m2/repository/org/x/a/1.0/a-1.0.jar":                                  "org.x:a 1.0 true",
		"/usr/share/maven-repo/org/x/a/1.0/a-1.0.jar":                                 "org.x:a 1.0 true",
		"/root/.gradle/caches/modules-2/files-2.1/org.x/a/1.0/0123456789ab/a-1.0.jar": "org.x:a 1.0 true",
		"/root/.m2/repository/a-1.0.jar":                                              ":  false",
		"/x/files-2.1/a-1.0.jar":                                                      ":  false",
		"/usr/share/java/a-1.0.jar":                                                   ":  false",
	} {
		group, artifact, version, ok := repository(location)
		if got := fmt.Sprintf("%s:%s %s %v", group, artifact, version, ok); got != want {
			t.Errorf("%s is %s, want %s", location, got, want)
		}
	}
}

// jar makes an archive of names and contents.
func jar(pairs ...string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		out, _ := w.Create(pairs[i])
		out.Write([]byte(pairs[i+1]))
	}
	w.Close()
	return b.String()
}

func TestOddArchives(t *testing.T) {
	deep := jar("x.class", "")
	for range maxDepth {
		deep = jar("in.jar", deep)
	}
	tests := []struct {
		name, file, data string
		want             []string // packages and unknowns
	}{
		{"by its manifest", "/app.jar", jar("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\nBundle-SymbolicName: org.x.lo\r\n ng;singleton:=true\r\nBundle-Version: 1.5\r\n\r\nName: x/\r\nImplementation-Version: 9\r\n"),
			[]string{"app 1.5 [org.x.long]"}},
		{"by its classes", "/lib/spring-core-6.1.jar", jar("org/springframework/core/A.class", "", "org/springframework/lang/B.class", "", "META-INF/versions/9/x/C.class", "", "module-info.class", ""),
			[]string{"spring-core 6.1 [org.springframework:spring-core]"}},
		{"merged, with no project of its own", "/all.jar", jar("META-INF/maven/g/a/pom.properties", "groupId=g\nartifactId=a\nversion=1\n", "META-INF/maven/g/b/pom.properties", "groupId=g\r\nartifactId=b\r\nversion=2\r\n", "META-INF/maven/g/b/pom.xml", "<project"),
			[]string{"all  []", "g:a 1 [] inside", "g:b 2 [] inside", "? /all.jar!/META-INF/maven/g/b/pom.xml: Maven's pom.xml not understood: XML syntax error on line 1: unexpected EOF"}},
		{"broken inside", "/app.war", jar("WEB-INF/lib/x-1.jar", "rubbish", "WEB-INF/lib/y-2.jar", jar()),
			[]string{"app  []", "x 1 [] inside", "y 2 [] inside", "? /app.war!/WEB-INF/lib/x-1.jar: archive not understood: not a zip archive, or a broken one"}},
		{"too deep", "/deep.jar", deep, []string{
			"deep  []", "in  [] inside", "in  [] inside", "in  [] inside", "? /deep.jar!/in.jar!/in.jar!/in.jar!/in.jar: archive not read: it lies 4 archives deep",
		}},
		{"another RAR", "/x.rar", "Rar!\x1a\x07", nil},
	}
	for _, tt := range tests {
		record, err := Extract(tt.file, strings.NewReader(tt.data), int64(len(tt.data)))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		records := map[string][]byte{tt.file: record}
		if record == nil {
			records = nil
		}
		pkgs, unknowns := Parse(records)
		var got []string
		for _, p := range pkgs {
			line := fmt.Sprintf("%s %s %v", p.Name, p.Version, p.Provides)
			if p.Inside != "" {
				line += " inside"
			}
			got = append(got, line)
		}
		for _, u := range unknowns {
			got = append(got, "? "+u.Path+": "+u.Reason)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	if _, err := Extract("/x.jar", strings.NewReader("text"), 4); err == nil || !strings.Contains(err.Error(), "Java archive not understood") {
		t.Errorf("a jar that is none: %v", err)
	}
}

func TestWants(t *testing.T) {
	for p, want := range map[string]bool{"/a.jar": true, "/A.WAR": true, "/a.ear": true, "/a.zip": false, "/jar": false, "/a.jar/x": false} {
		if got := Wants(p); got != want {
			t.Errorf("Wants(%q) = %v", p, got)
		}
	}
}

func FuzzExtract(f *testing.F) {
	for _, name := range []string{"demo-1.2.0.war", "tool-0.3.jar"} {
		data, err := os.ReadFile(path.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(jar("a.jar", jar("META-INF/MANIFEST.MF", "Implementation-Title: x\n y\n"), "META-INF/maven/g/a/pom.xml", "<project><groupId>g</groupId></project>")))
	f.Fuzz(func(t *testing.T, data []byte) {
		record, err := Extract("/f.jar", bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		pkgs, _ := Parse(map[string][]byte{"/f.jar": record})
		if len(pkgs) == 0 {
			t.Fatal("an archive without a package")
		}
		for i, p := range pkgs {
			if (i == 0) != (p.Inside == "") || (i == 0) != (len(p.Files) == 1) || p.Name == "" || !slices.IsSorted(p.Provides) {
				t.Errorf("package %d: %+v", i, p)
			}
		}
	})
}
