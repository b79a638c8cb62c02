package models_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/models"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func TestTried(t *testing.T) {
	two := map[string]*vignettev1.Endpoint{"a": {}, "b": {}}
	all := []string{"a", "b"}
	for _, test := range []struct {
		model, byDefault string
		named            []string
		endpoints        []string
		modelOf          map[string]string
		wrong            string
	}{
		{"", "", nil, all, nil, ""},
		{"", "", []string{"b"}, []string{"b"}, nil, ""},
		{"b/x", "", nil, []string{"b"}, map[string]string{"b": "x"}, ""},
		{"b/x/y", "", all, all, map[string]string{"b": "x/y"}, ""},
		{"x", "a", nil, []string{"a"}, map[string]string{"a": "x"}, ""},
		{"c/x", "a", nil, []string{"a"}, map[string]string{"a": "c/x"}, ""},
		{"c/x", "a", []string{"b"}, []string{"b"}, map[string]string{"b": "c/x"}, ""},
		{"x", "", all, all, map[string]string{"a": "x", "b": "x"}, ""},
		{"b/x", "", []string{"a"}, nil, nil, "not among those named"},
		{"b/", "", nil, nil, nil, "is missing"},
		{"x", "", nil, nil, nil, "NAME/x (a, b)"},
		{"", "", []string{"a", "c"}, nil, nil, `no endpoint "c"`},
	} {
		settings := &models.Settings{Endpoints: two, Default: test.byDefault}
		endpoints, modelOf, err := settings.Tried(test.named, test.model)
		if test.wrong != "" {
			if err == nil || !strings.Contains(err.Error(), test.wrong) {
				t.Errorf("%v %q: error %v", test.named, test.model, err)
			}
			continue
		}
		if diff := cmp.Diff([]any{test.endpoints, test.modelOf}, []any{endpoints, modelOf}); diff != "" || err != nil {
			t.Errorf("%v %q: %v, -want +got:\n%s", test.named, test.model, err, diff)
		}
	}
}
