namespace Mesh.Config.Resources.Security;

/// <summary>What a policy does with requests that match.</summary>
public enum AuthorizationAction
{
    Allow,
    Deny,
    Audit,
    Custom,
}
