package main

import (
	"context"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// readFile is `test_read_file`: tries to read a file while planning and says what it got, which shows what the sandbox
// lets through. A file that cannot be read is an answer, not an error.
type readFile struct{}

type readFileModel struct {
	Path    types.String `tfsdk:"path"`
	Content types.String `tfsdk:"content"`
	Error   types.String `tfsdk:"error"`
}

func newReadFile() datasource.DataSource { return &readFile{} }

func (*readFile) Metadata(_ context.Context, _ datasource.MetadataRequest, response *datasource.MetadataResponse) {
	response.TypeName = "test_read_file"
}

func (*readFile) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	response.Schema = schema.Schema{
		Description: "What reading a file gives: its content, or the error.",
		Attributes: map[string]schema.Attribute{
			"path":    schema.StringAttribute{Required: true},
			"content": schema.StringAttribute{Computed: true, Description: "Empty when it could not be read."},
			"error":   schema.StringAttribute{Computed: true, Description: "Empty when it could be read."},
		},
	}
}

func (*readFile) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	var model readFileModel
	response.Diagnostics.Append(request.Config.Get(ctx, &model)...)
	if response.Diagnostics.HasError() {
		return
	}
	content, err := os.ReadFile(model.Path.ValueString())
	model.Content, model.Error = types.StringValue(string(content)), types.StringValue("")
	if err != nil {
		model.Error = types.StringValue(err.Error())
	}
	response.Diagnostics.Append(response.State.Set(ctx, &model)...)
}
