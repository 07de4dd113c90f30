package main

import (
	"context"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// file is `test_file`: each create leaves one more line in a file, which shows whether anything was applied twice.
// Nothing ever removes a line.
type file struct{}

type fileModel struct {
	ID        types.String `tfsdk:"id"`
	Path      types.String `tfsdk:"path"`
	Line      types.String `tfsdk:"line"`
	LatencyMs types.Int64  `tfsdk:"latency_ms"`
}

func newFile() resource.Resource { return &file{} }

func (*file) Metadata(_ context.Context, _ resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = "test_file"
}

func (*file) Schema(_ context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	replace := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	response.Schema = schema.Schema{
		Description: "A line appended to a file by create.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Computed:      true,
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"path":       schema.StringAttribute{Required: true, PlanModifiers: replace},
			"line":       schema.StringAttribute{Required: true, PlanModifiers: replace},
			"latency_ms": schema.Int64Attribute{Optional: true, Description: "How long create goes on after the line is written."},
		},
	}
}

func (*file) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var model fileModel
	response.Diagnostics.Append(request.Plan.Get(ctx, &model)...)
	if response.Diagnostics.HasError() {
		return
	}
	if err := appendLine(model.Path.ValueString(), model.Line.ValueString()); err != nil {
		response.Diagnostics.AddError("The line could not be written", err.Error())
		return
	}
	wait(ctx, model.LatencyMs, &response.Diagnostics)
	model.ID = model.Path
	response.Diagnostics.Append(response.State.Set(ctx, &model)...)
}

// Read keeps what the state says: the file may belong to another machine by now.
func (*file) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

// Update concerns latency_ms only; everything else replaces.
func (*file) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var model fileModel
	response.Diagnostics.Append(request.Plan.Get(ctx, &model)...)
	response.Diagnostics.Append(response.State.Set(ctx, &model)...)
}

func (*file) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// appendLine writes in one call, so that lines of parallel creates stay whole.
func appendLine(path, line string) error {
	target, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(target, line)
	if closed := target.Close(); err == nil {
		err = closed
	}
	return err
}
