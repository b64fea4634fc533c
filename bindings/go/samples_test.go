package kith_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The programs in the README pages are built and run as they stand, in a module outside of this one that knows it by `replace`.
func TestSamplesOfTheReadmePagesRunInAModuleOutside(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs")
	}
	here, err := os.Getwd()
	must(t, err)
	fence := regexp.MustCompile("(?ms)^```go\n(package main.*?)^```")
	for _, page := range []string{"README.md", "../../README.md", "../../README.zh-CN.md"} {
		text, err := os.ReadFile(page)
		must(t, err)
		programs := fence.FindAllSubmatch(text, -1)
		if len(programs) == 0 {
			t.Errorf("%s has no Go program", page)
		}
		for _, program := range programs {
			folder := t.TempDir()
			must(t, os.WriteFile(filepath.Join(folder, "main.go"), program[1], 0o600))
			module := "module outside\n\ngo 1.23\n\nrequire kith v0.0.0\n\nreplace kith => " + here + "\n"
			must(t, os.WriteFile(filepath.Join(folder, "go.mod"), []byte(module), 0o600))
			build := exec.Command("go", "run", ".")
			build.Dir = folder
			build.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
			if out, err := build.CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", page, err, out)
			} else if !strings.Contains(string(out), "qualified: 1 open") {
				t.Errorf("%s printed %s", page, out)
			}
		}
	}
}
