package pkgmgr

import "strings"

// Facts from "mvn --help" of Maven 3.9 and the Gradle 8 user manual.

var javaManagers = []*Manager{
	{
		Name:      "maven",
		Ecosystem: Java,
		programs:  []string{"mvn", "mvnw", "mvnd"},
		Manifests: []string{"pom.xml"},
		verbs: verbs(
			verb{Download, "dependency:go-offline,dependency:resolve,dependency:resolve-plugins"},
			verb{Other, "wrapper:wrapper"},
		),
		unknown: Build,
		values: []string{
			"-f", "--file", "-P", "--activate-profiles", "-pl", "--projects", "-s", "--settings", "-gs", "--global-settings",
			"-t", "--toolchains", "-T", "--threads", "-l", "--log-file", "-rf", "--resume-from", "-D", "--define", "-b", "--builder",
		},
		longSingle: true,
		flags:      []flagRow{flag(CacheDir, "-Dmaven.repo.local --define=maven.repo.local")},
		kind:       func(*Action) Kind { return "" },
		Stores: []Store{{
			Kind: Downloads, Verbs: []Verb{Build, Download}, Reused: true, Paths: []string{"~/.m2/repository"}, Mount: "~/.m2", CleanUp: "rm -rf {path}",
		}},
	},
	{
		Name:      "gradle",
		Ecosystem: Java,
		programs:  []string{"gradle", "gradlew"},
		Manifests: []string{"build.gradle", "build.gradle.kts"},
		verbs:     verbs(verb{Download, "dependencies,resolveDependencies,downloadDependencies"}, verb{Other, "wrapper"}),
		unknown:   Build,
		values: []string{
			"-b", "--build-file", "-c", "--settings-file", "-g", "--gradle-user-home", "-p", "--project-dir", "-x", "--exclude-task",
			"-I", "--init-script", "--console", "--max-workers", "--project-cache-dir", "-D", "--system-prop", "-P", "--project-prop",
		},
		flags: []flagRow{flag(CacheDir, "-g --gradle-user-home")},
		kind:  func(*Action) Kind { return "" },
		more: func(a *Action) {
			if strings.HasPrefix(a.VerbText, "-") {
				a.Verb = Other
			}
		},
		Stores: []Store{{
			// Gradle locks its caches, so builds take turns anyway. The
			// official images set GRADLE_USER_HOME to /home/gradle/.gradle.
			Kind: Downloads, Verbs: []Verb{Build, Download}, Reused: true, Env: []EnvDir{{"GRADLE_USER_HOME", "caches"}},
			Paths: []string{"~/.gradle/caches", "/home/gradle/.gradle/caches"}, Mount: "~/.gradle", Sharing: "locked",
			CleanUp: `rm -rf "${GRADLE_USER_HOME:-$HOME/.gradle}/caches"`,
		}},
	},
}
