// Calls a Slipway server with go-tfe, the client that programs for Terraform Enterprise are made with: OAuth clients and
// tokens, SSH keys, and workspaces whose code comes from a repository. It prints a line per call and ends with 1 when
// something was not as go-tfe expects it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	tfe "github.com/hashicorp/go-tfe"
)

// What the calls are made against, from the environment: secrets are in no command line.
type place struct {
	client       *tfe.Client
	organization string
	forge        string
	forgeToken   string
	repository   string
	privateKey   string
}

var failures int

// Prints whether a call gave what was expected.
func check(name string, err error, holds bool, got any) bool {
	switch {
	case err != nil:
		fmt.Printf("DIFFERS %s: %v\n", name, err)
	case !holds:
		fmt.Printf("DIFFERS %s: got %+v\n", name, got)
	default:
		fmt.Printf("ok %s\n", name)
		return true
	}
	failures++
	return false
}

// Prints whether something is gone.
func checkGone(name string, err error) {
	check(name, nil, errors.Is(err, tfe.ErrResourceNotFound), err)
}

func main() {
	config := &tfe.Config{Address: os.Getenv("SLIPWAY_ADDRESS"), Token: os.Getenv("SLIPWAY_TOKEN")}
	client, err := tfe.NewClient(config)
	if err != nil {
		fmt.Println("DIFFERS NewClient:", err)
		os.Exit(1)
	}
	at := place{
		client:       client,
		organization: os.Getenv("ORGANIZATION"),
		forge:        os.Getenv("FORGE"),
		forgeToken:   os.Getenv("FORGE_TOKEN"),
		repository:   os.Getenv("REPOSITORY"),
		privateKey:   os.Getenv("PRIVATE_KEY"),
	}
	ctx := context.Background()
	if token := at.oauth(ctx); token != nil {
		at.workspaces(ctx, token)
		at.ends(ctx, token)
	}
	at.sshKeys(ctx)
	if failures > 0 {
		os.Exit(1)
	}
}

// OAuth clients and tokens, until there is one that the rest works with.
func (at place) oauth(ctx context.Context) *tfe.OAuthToken {
	clients, tokens := at.client.OAuthClients, at.client.OAuthTokens
	provider := tfe.ServiceProviderType("gitea")
	made, err := clients.Create(ctx, at.organization, tfe.OAuthClientCreateOptions{
		Name: tfe.String("by-go"), APIURL: tfe.String(at.forge + "/api/v1"), HTTPURL: tfe.String(at.forge),
		OAuthToken: tfe.String(at.forgeToken), ServiceProvider: &provider, OrganizationScoped: tfe.Bool(true),
	})
	if !check("OAuthClients.Create", err, err == nil && *made.Name == "by-go" && len(made.OAuthTokens) == 1, made) {
		return nil
	}
	read, err := clients.Read(ctx, made.ID)
	check("OAuthClients.Read", err, err == nil && read.HTTPURL == at.forge && read.APIURL == at.forge+"/api/v1" &&
		read.Organization.Name == at.organization && *read.OrganizationScoped, read)
	included, err := clients.ReadWithOptions(ctx, made.ID, &tfe.OAuthClientReadOptions{
		Include: []tfe.OAuthClientIncludeOpt{tfe.OauthClientOauthTokens}})
	check("OAuthClients.ReadWithOptions", err, err == nil && included.OAuthTokens[0].UID != "", included)
	listed, err := clients.List(ctx, at.organization, &tfe.OAuthClientListOptions{})
	found := false
	if err == nil {
		for _, client := range listed.Items {
			found = found || client.ID == made.ID
		}
	}
	check("OAuthClients.List", err, found, listed)
	withTokens, err := clients.List(ctx, at.organization, &tfe.OAuthClientListOptions{
		Include: []tfe.OAuthClientIncludeOpt{tfe.OauthClientOauthTokens}})
	check("OAuthClients.List with tokens", err, err == nil && withTokens.Items[0].OAuthTokens[0].UID != "", withTokens)
	renamed, err := clients.Update(ctx, made.ID, tfe.OAuthClientUpdateOptions{
		Name: tfe.String("by-go-tfe"), OAuthToken: tfe.String(at.forgeToken)})
	check("OAuthClients.Update", err, err == nil && *renamed.Name == "by-go-tfe", renamed)

	token, err := tokens.Read(ctx, made.OAuthTokens[0].ID)
	if !check("OAuthTokens.Read", err, err == nil && !token.HasSSHKey && token.OAuthClient.ID == made.ID, token) {
		return nil
	}
	all, err := tokens.List(ctx, at.organization, nil)
	check("OAuthTokens.List", err, err == nil && len(all.Items) > 0 && all.Pagination.TotalCount > 0, all)
	keyed, err := tokens.Update(ctx, token.ID, tfe.OAuthTokenUpdateOptions{PrivateSSHKey: tfe.String(at.privateKey)})
	check("OAuthTokens.Update", err, err == nil && keyed.HasSSHKey, keyed)
	return token
}

// A workspace that comes from a repository, changes and forgets it.
func (at place) workspaces(ctx context.Context, token *tfe.OAuthToken) {
	workspaces := at.client.Workspaces
	made, err := workspaces.Create(ctx, at.organization, tfe.WorkspaceCreateOptions{
		Name: tfe.String("by-go"), WorkingDirectory: tfe.String("shop"), FileTriggersEnabled: tfe.Bool(true),
		TriggerPatterns: []string{"/shop/**/*"}, QueueAllRuns: tfe.Bool(false), SpeculativeEnabled: tfe.Bool(true),
		VCSRepo: &tfe.VCSRepoOptions{Identifier: tfe.String(at.repository), OAuthTokenID: tfe.String(token.ID),
			Branch: tfe.String(""), IngressSubmodules: tfe.Bool(false)},
	})
	holds := err == nil && made.VCSRepo != nil && made.VCSRepo.Identifier == at.repository &&
		made.VCSRepo.OAuthTokenID == token.ID && made.VCSRepo.DisplayIdentifier == at.repository &&
		made.VCSRepo.RepositoryHTTPURL == at.forge+"/"+at.repository && made.VCSRepo.ServiceProvider == "gitea" &&
		len(made.TriggerPatterns) == 1 && made.SpeculativeEnabled && !made.QueueAllRuns
	if !check("Workspaces.Create with VCSRepo", err, holds, made) {
		return
	}
	changed, err := workspaces.UpdateByID(ctx, made.ID, tfe.WorkspaceUpdateOptions{
		VCSRepo: &tfe.VCSRepoOptions{Branch: tfe.String("stable"), OAuthTokenID: tfe.String(token.ID)}})
	check("Workspaces.UpdateByID with a branch", err, err == nil && changed.VCSRepo.Branch == "stable" &&
		changed.VCSRepo.Identifier == at.repository, changed)
	tagged, err := workspaces.Update(ctx, at.organization, "by-go", tfe.WorkspaceUpdateOptions{
		VCSRepo: &tfe.VCSRepoOptions{Branch: tfe.String(""), TagsRegex: tfe.String(`\d+\.\d+`)}})
	check("Workspaces.Update with tags", err, err == nil && tagged.VCSRepo.TagsRegex == `\d+\.\d+`, tagged)
	read, err := workspaces.Read(ctx, at.organization, "by-go")
	check("Workspaces.Read", err, err == nil && read.VCSRepo.TagsRegex == `\d+\.\d+` && read.VCSRepo.Branch == "", read)
	used := at.client.OAuthTokens.Delete(ctx, token.ID)
	check("OAuthTokens.Delete of one that is used", nil, used != nil, used)
	alone, err := workspaces.RemoveVCSConnectionByID(ctx, made.ID)
	check("Workspaces.RemoveVCSConnectionByID", err, err == nil && alone.VCSRepo == nil, alone)
	again, err := workspaces.UpdateByID(ctx, made.ID, tfe.WorkspaceUpdateOptions{
		VCSRepo: &tfe.VCSRepoOptions{Identifier: tfe.String(at.repository), OAuthTokenID: tfe.String(token.ID)}})
	check("Workspaces.UpdateByID with VCSRepo", err, err == nil && again.VCSRepo != nil, again)
	alone, err = workspaces.RemoveVCSConnection(ctx, at.organization, "by-go")
	check("Workspaces.RemoveVCSConnection", err, err == nil && alone.VCSRepo == nil, alone)
	check("Workspaces.DeleteByID", workspaces.DeleteByID(ctx, made.ID), true, nil)
}

// What made the rest possible goes.
func (at place) ends(ctx context.Context, token *tfe.OAuthToken) {
	client := token.OAuthClient.ID
	clients, tokens := at.client.OAuthClients, at.client.OAuthTokens
	check("OAuthTokens.Delete", tokens.Delete(ctx, token.ID), true, nil)
	_, err := tokens.Read(ctx, token.ID)
	checkGone("OAuthTokens.Read of one that is gone", err)
	left, err := clients.Read(ctx, client)
	check("OAuthClients.Read without a token", err, err == nil && len(left.OAuthTokens) == 0, left)
	check("OAuthClients.Delete", clients.Delete(ctx, client), true, nil)
	_, err = clients.Read(ctx, client)
	checkGone("OAuthClients.Read of one that is gone", err)
}

// SSH keys, and the workspace that is given one.
func (at place) sshKeys(ctx context.Context) {
	keys, workspaces := at.client.SSHKeys, at.client.Workspaces
	key, err := keys.Create(ctx, at.organization, tfe.SSHKeyCreateOptions{
		Name: tfe.String("by-go"), Value: tfe.String(at.privateKey)})
	if !check("SSHKeys.Create", err, err == nil && key.Name == "by-go", key) {
		return
	}
	listed, err := keys.List(ctx, at.organization, &tfe.SSHKeyListOptions{})
	check("SSHKeys.List", err, err == nil && len(listed.Items) > 0, listed)
	renamed, err := keys.Update(ctx, key.ID, tfe.SSHKeyUpdateOptions{Name: tfe.String("by-go-tfe")})
	check("SSHKeys.Update", err, err == nil && renamed.Name == "by-go-tfe", renamed)
	read, err := keys.Read(ctx, key.ID)
	check("SSHKeys.Read", err, err == nil && read.Name == "by-go-tfe", read)
	workspace, err := workspaces.Create(ctx, at.organization, tfe.WorkspaceCreateOptions{Name: tfe.String("with-key")})
	if !check("Workspaces.Create", err, err == nil && workspace.VCSRepo == nil, workspace) {
		return
	}
	given, err := workspaces.AssignSSHKey(ctx, workspace.ID, tfe.WorkspaceAssignSSHKeyOptions{SSHKeyID: tfe.String(key.ID)})
	check("Workspaces.AssignSSHKey", err, err == nil && given.Name == "with-key" && given.SSHKey != nil &&
		given.SSHKey.ID == key.ID, given)
	shown, err := workspaces.ReadByID(ctx, workspace.ID)
	check("Workspaces.ReadByID with an SSH key", err, err == nil && shown.SSHKey != nil && shown.SSHKey.ID == key.ID, shown)
	used := keys.Delete(ctx, key.ID)
	check("SSHKeys.Delete of one that is used", nil, used != nil, used)
	taken, err := workspaces.UnassignSSHKey(ctx, workspace.ID)
	check("Workspaces.UnassignSSHKey", err, err == nil && taken.SSHKey == nil && taken.Name == "with-key", taken)
	check("SSHKeys.Delete", keys.Delete(ctx, key.ID), true, nil)
	_, err = keys.Read(ctx, key.ID)
	checkGone("SSHKeys.Read of one that is gone", err)
}
