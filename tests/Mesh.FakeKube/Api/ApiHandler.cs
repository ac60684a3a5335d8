using System.Text.Json.Nodes;
using Mesh.FakeKube.Kinds;
using Mesh.FakeKube.Security;

namespace Mesh.FakeKube.Api;

/// <summary>Every request comes through here: who is it, may it, what is it.</summary>
internal sealed class ApiHandler(ClusterState cluster, Action<RecordedRequest> record)
{
    private readonly DiscoveryHandler discovery = new(cluster);
    private readonly OpenApiHandler openApi = new(cluster);
    private readonly ReviewHandler reviews = new(cluster);
    private readonly ReadHandler reads = new(cluster);
    private readonly WatchHandler watches = new(cluster);
    private readonly WriteHandler writes = new(cluster);

    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            await AnswerAsync(context);
        }
        catch (StatusException error)
        {
            await Answers.RefuseAsync(context, error);
        }
        catch (BadHttpRequestException error)
        {
            await Answers.RefuseAsync(context, StatusException.BadRequest(error.Message));
        }
        catch (OperationCanceledException)
        {
            // The client is gone, or the watch was ended.
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        if (path is "/healthz" or "/livez" or "/readyz")
        {
            await Answers.WriteAsync(context, "ok"u8.ToArray(), type: "text/plain; charset=utf-8");
            return;
        }

        var user = cluster.Authenticator.Authenticate(context);
        var parsed = RequestPath.Parse(path);
        if (parsed is null) await AnswerPathAsync(context, path, user);
        else await AnswerResourceAsync(context, parsed, user);
    }

    private async Task AnswerPathAsync(HttpContext context, string path, KubeUser user)
    {
        var access = new AccessRequest(context.Request.Method.ToLowerInvariant(), Path: path);
        if (!cluster.Authorizer.Allows(user, access))
        {
            throw new StatusException(
                403, "Forbidden", $"forbidden: User \"{user.Name}\" cannot {access.Verb} path \"{path}\"", []);
        }

        await cluster.Faults.Requests.MeetAsync(context, user, access, cluster.Options.Time);
        switch (path)
        {
            case "/.well-known/openid-configuration":
                await Answers.WriteAsync(context, cluster.Tokens.Discovery);
                return;
            case "/openid/v1/jwks":
                await Answers.WriteAsync(context, cluster.Tokens.KeySet, type: "application/jwk-set+json");
                return;
        }

        if (!await discovery.TryAnswerAsync(context, path) && !await openApi.TryAnswerAsync(context, path)) await Answers.NoSuchPathAsync(context);
    }

    private async Task AnswerResourceAsync(HttpContext context, RequestPath path, KubeUser user)
    {
        var verb = Verbs.Of(context.Request, path);
        var type = cluster.Kinds.Find(path.Group, path.Version, path.Resource);
        // Authorization comes before the question whether there is such a thing.
        var request = new ApiRequest(context, path, type ?? Unknown(path), user, verb, cluster.Options.BodyLimit);
        var access = request.Access();
        record(new RecordedRequest(access.Verb, access.Group, access.ResourceWithPart, access.Namespace, access.Name, user.Name));
        if (!cluster.Authorizer.Allows(user, access)) throw Forbidden(user, access, request.Type);
        await cluster.Faults.Requests.MeetAsync(context, user, access, cluster.Options.Time);
        if (type is null)
        {
            var body = path.Group is "authorization.k8s.io" or "authentication.k8s.io" ? await request.BodyAsync() : null;
            if (!await reviews.TryAnswerAsync(context, path, user, body)) await Answers.NoSuchPathAsync(context);
            return;
        }

        await (path.Subresource switch
        {
            "" => AnswerObjectAsync(request),
            "status" when type.HasStatus => AnswerPartAsync(request),
            "token" when type == BuiltInKinds.ServiceAccount && verb == "create" => AnswerTokenAsync(request),
            _ => Answers.NoSuchPathAsync(context),
        });
    }

    private static ResourceType Unknown(RequestPath path) =>
        new() { Group = path.Group, Versions = [path.Version], Kind = path.Resource, Plural = path.Resource };

    private static StatusException Forbidden(KubeUser user, AccessRequest access, ResourceType type)
    {
        var where = access.Namespace.Length > 0 ? $"in the namespace \"{access.Namespace}\"" : "at the cluster scope";
        var what = access.Name.Length > 0 ? $"{type.Id} \"{access.Name}\"" : type.Id;
        return new StatusException(
            403,
            "Forbidden",
            $"{what} is forbidden: User \"{user.Name}\" cannot {access.Verb} resource \"{access.ResourceWithPart}\" in API group \"{access.Group}\" {where}",
            StatusException.Named(type, access.Name));
    }

    private Task AnswerObjectAsync(ApiRequest request) => request.Verb switch
    {
        "get" => reads.GetAsync(request),
        "list" => reads.ListAsync(request),
        "watch" => watches.WatchAsync(request),
        "create" when request.Path.Name.Length == 0 => writes.CreateAsync(request),
        "update" when request.Path.Name.Length > 0 => writes.UpdateAsync(request),
        "patch" when request.Path.Name.Length > 0 => writes.PatchAsync(request),
        "delete" => writes.DeleteAsync(request),
        "deletecollection" => writes.DeleteCollectionAsync(request),
        _ => throw StatusException.MethodNotAllowed(),
    };

    private Task AnswerPartAsync(ApiRequest request) => request.Verb switch
    {
        "get" => reads.GetAsync(request),
        "update" => writes.UpdateAsync(request),
        "patch" => writes.PatchAsync(request),
        _ => throw StatusException.MethodNotAllowed(),
    };

    private async Task AnswerTokenAsync(ApiRequest request)
    {
        if (await request.BodyAsync() is not JsonObject body) throw StatusException.BadRequest("the body of the request is no object");
        var answer = cluster.Tokens.Answer(request.Namespace, request.Path.Name, body);
        await Answers.WriteAsync(request.Context, answer, 201);
    }
}
