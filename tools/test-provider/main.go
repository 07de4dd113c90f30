// Command test-provider is a provider whose behaviour a configuration decides: how long it takes, where it fails, how
// much it stores. Tests and benchmarks of runs use it; it reaches nothing but the files it is told to.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

func main() {
	err := providerserver.Serve(context.Background(), newProvider, providerserver.ServeOpts{
		Address: "registry.opentofu.org/slipway/test",
	})
	if err != nil {
		log.Fatal(err)
	}
}

// testProvider has no settings of its own: everything is said on the resource it concerns.
type testProvider struct{}

func newProvider() provider.Provider { return &testProvider{} }

func (*testProvider) Metadata(_ context.Context, _ provider.MetadataRequest, response *provider.MetadataResponse) {
	response.TypeName = "test"
	response.Version = "1.0.0"
}

func (*testProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (*testProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

func (*testProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{newInstance, newFile}
}

func (*testProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{newReadFile}
}
