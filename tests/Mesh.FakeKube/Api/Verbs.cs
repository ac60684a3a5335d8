
namespace Mesh.FakeKube.Api;

/// <summary>From HTTP's methods to the verbs of roles.</summary>
internal static class Verbs
{
    public static string Of(HttpRequest request, RequestPath path) => request.Method switch
    {
        "GET" or "HEAD" when request.Query["watch"].ToString() is "true" or "1" => "watch",
        "GET" or "HEAD" => path.Name.Length > 0 ? "get" : "list",
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => path.Name.Length > 0 ? "delete" : "deletecollection",
        var other => other.ToLowerInvariant(),
    };
}
