package main

import (
	"context"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// instance is `test_instance`: a resource that exists only in the state.
type instance struct{}

type instanceModel struct {
	ID           types.String `tfsdk:"id"`
	Value        types.String `tfsdk:"value"`
	ForceNew     types.String `tfsdk:"force_new"`
	LatencyMs    types.Int64  `tfsdk:"latency_ms"`
	IgnoreStop   types.Bool   `tfsdk:"ignore_stop"`
	FailAt       types.String `tfsdk:"fail_at"`
	PayloadBytes types.Int64  `tfsdk:"payload_bytes"`
	Payload      types.String `tfsdk:"payload"`
}

var steps = []string{"plan", "create", "read", "update", "delete"}

func newInstance() resource.Resource { return &instance{} }

func (*instance) Metadata(_ context.Context, _ resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = "test_instance"
}

func (*instance) Schema(_ context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	response.Schema = schema.Schema{
		Description: "Something that takes as long, fails where, and stores as much as it is told.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Computed:      true,
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"value": schema.StringAttribute{Optional: true, Description: "Updated in place."},
			"force_new": schema.StringAttribute{
				Optional:      true,
				Description:   "A change replaces the instance.",
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"latency_ms": schema.Int64Attribute{Optional: true, Description: "How long create, update and delete take."},
			"ignore_stop": schema.BoolAttribute{
				Optional:    true,
				Description: "Sit out the latency even when the engine asks the provider to stop.",
			},
			"fail_at":       schema.StringAttribute{Optional: true, Description: "One of " + strings.Join(steps, ", ") + "."},
			"payload_bytes": schema.Int64Attribute{Optional: true, Description: "Size of payload, 0 by default."},
			"payload":       schema.StringAttribute{Computed: true, Description: "Text that hardly compresses."},
		},
	}
}

// ModifyPlan plans the payload, so that it is shown as unknown only where it is, and is where a plan can fail.
func (*instance) ModifyPlan(ctx context.Context, request resource.ModifyPlanRequest, response *resource.ModifyPlanResponse) {
	if request.Plan.Raw.IsNull() {
		return
	}
	var plan instanceModel
	response.Diagnostics.Append(request.Plan.Get(ctx, &plan)...)
	if response.Diagnostics.HasError() {
		return
	}
	if step := plan.FailAt.ValueString(); step != "" && !slices.Contains(steps, step) {
		response.Diagnostics.AddAttributeError(path.Root("fail_at"), "Unknown step", "fail_at is one of "+strings.Join(steps, ", ")+".")
	}
	plan.failIfAskedTo("plan", &response.Diagnostics)
	if request.State.Raw.IsNull() {
		return
	}
	var state instanceModel
	response.Diagnostics.Append(request.State.Get(ctx, &state)...)
	if plan.PayloadBytes.Equal(state.PayloadBytes) {
		response.Diagnostics.Append(response.Plan.SetAttribute(ctx, path.Root("payload"), state.Payload)...)
	}
}

func (*instance) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var model instanceModel
	response.Diagnostics.Append(request.Plan.Get(ctx, &model)...)
	model.work(ctx, "create", &response.Diagnostics)
	if response.Diagnostics.HasError() {
		return
	}
	model.ID = types.StringValue("test-" + strings.ToLower(rand.Text()[:16]))
	model.fillPayload()
	response.Diagnostics.Append(response.State.Set(ctx, &model)...)
}

func (*instance) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var model instanceModel
	response.Diagnostics.Append(request.State.Get(ctx, &model)...)
	model.failIfAskedTo("read", &response.Diagnostics)
}

func (*instance) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var model instanceModel
	response.Diagnostics.Append(request.Plan.Get(ctx, &model)...)
	model.work(ctx, "update", &response.Diagnostics)
	if response.Diagnostics.HasError() {
		return
	}
	model.fillPayload()
	response.Diagnostics.Append(response.State.Set(ctx, &model)...)
}

func (*instance) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var model instanceModel
	response.Diagnostics.Append(request.State.Get(ctx, &model)...)
	model.work(ctx, "delete", &response.Diagnostics)
}

// work waits as long as the configuration says, then fails if it says so.
func (model *instanceModel) work(ctx context.Context, step string, diagnostics *diag.Diagnostics) {
	if model.IgnoreStop.ValueBool() {
		ctx = context.WithoutCancel(ctx)
	}
	wait(ctx, model.LatencyMs, diagnostics)
	model.failIfAskedTo(step, diagnostics)
}

func (model *instanceModel) failIfAskedTo(step string, diagnostics *diag.Diagnostics) {
	if model.FailAt.ValueString() == step {
		diagnostics.AddError("Failure on request", fmt.Sprintf("The configuration says fail_at = %q.", step))
	}
}

// fillPayload is a function of the size alone, so that a second plan of the same configuration is empty.
func (model *instanceModel) fillPayload() {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	size := model.PayloadBytes.ValueInt64()
	source := mathrand.New(mathrand.NewPCG(uint64(size), 0))
	text := make([]byte, size)
	for index := range text {
		text[index] = letters[source.IntN(len(letters))]
	}
	model.Payload = types.StringValue(string(text))
}

// wait ends early, with an error, when the engine asks the provider to stop.
func wait(ctx context.Context, milliseconds types.Int64, diagnostics *diag.Diagnostics) {
	duration := time.Duration(milliseconds.ValueInt64()) * time.Millisecond
	select {
	case <-time.After(duration):
	case <-ctx.Done():
		diagnostics.AddError("Interrupted", "The engine asked the provider to stop.")
	}
}
