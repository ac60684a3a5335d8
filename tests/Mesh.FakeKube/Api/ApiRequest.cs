using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.FakeKube.Kinds;
using Mesh.FakeKube.Objects;
using Mesh.FakeKube.Protobuf;
using Mesh.FakeKube.Security;
using Mesh.FakeKube.Storage;
using YamlDotNet.Core;

namespace Mesh.FakeKube.Api;

/// <summary>A request about a resource, authenticated and understood.</summary>
internal sealed record ApiRequest(HttpContext Context, RequestPath Path, ResourceType Type, KubeUser User, string Verb, int BodyLimit)
{
    private const string Accepted = "application/json, application/yaml";

    public string Namespace => Type.Namespaced ? Path.Namespace : "";

    public string Query(string name) => Context.Request.Query[name].ToString();

    public bool Flag(string name) => Query(name) is "true" or "1" or "True";

    /// <exception cref="StatusException">It is no number.</exception>
    public long? Number(string name)
    {
        var text = Query(name);
        if (text.Length == 0) return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw StatusException.BadRequest($"strconv.ParseUint: parsing \"{text}\": invalid syntax");
    }

    public Selection Selection() =>
        Storage.Selection.Parse(Type, Namespace, Query("labelSelector"), Path.Name.Length > 0 ? $"metadata.name={Path.Name}" : Query("fieldSelector"));

    public AccessRequest Access()
    {
        // As the API server does it, so that a role can be for one object by name.
        var name = Path.Name;
        foreach (var part in Query("fieldSelector").Split(','))
        {
            if (name.Length == 0 && part.StartsWith("metadata.name=", StringComparison.Ordinal)) name = part["metadata.name=".Length..].TrimStart('=');
        }

        return new AccessRequest(Verb, Path.Group, Path.Resource, Path.Subresource, Path.Namespace, name);
    }

    public WriteOptions WriteOptions()
    {
        var dryRun = Context.Request.Query["dryRun"];
        if (dryRun.Any(value => value != "All"))
            throw StatusException.BadRequest($"dryRun: Unsupported value: \"{dryRun}\": supported values: \"All\"");
        var manager = Query("fieldManager");
        // Without one it is the program's name, as the API server takes it from the user agent.
        if (manager.Length == 0) manager = Context.Request.Headers.UserAgent.ToString().Split('/')[0];
        return new WriteOptions(Path.Version, manager.Length == 0 ? "unknown" : manager, Path.Subresource, dryRun.Count > 0);
    }

    /// <summary>The body, JSON or YAML.</summary>
    /// <exception cref="StatusException">Too large, of another type, or no object.</exception>
    public async Task<JsonNode?> BodyAsync()
    {
        var type = Context.Request.ContentType ?? "application/json";
        var isProtobuf = type.Contains("protobuf", StringComparison.Ordinal);
        if (type.Contains("cbor", StringComparison.Ordinal)) throw StatusException.UnsupportedMediaType(Accepted);
        var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await Context.Request.Body.ReadAsync(buffer, Context.RequestAborted)) > 0)
        {
            if (bytes.Length + read > BodyLimit)
            {
                throw new StatusException(
                    413, "RequestEntityTooLarge", $"Request entity too large: limit is {BodyLimit.ToString(CultureInfo.InvariantCulture)}");
            }

            bytes.Write(buffer, 0, read);
        }

        if (bytes.Length == 0) return null;
        if (isProtobuf) return Protobuf(bytes);
        var text = Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
        try
        {
            return type.Contains("yaml", StringComparison.Ordinal) && !text.TrimStart().StartsWith('{')
                ? YamlJson.Read(text).FirstOrDefault()
                : JsonNode.Parse(text);
        }
        catch (Exception error) when (error is JsonException or YamlException)
        {
            throw StatusException.BadRequest($"error decoding the body of the request: {error.Message}");
        }
    }

    private static JsonObject Protobuf(MemoryStream bytes)
    {
        try
        {
            return ProtobufBody.Read(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)) ?? throw StatusException.UnsupportedMediaType(Accepted);
        }
        catch (FormatException error)
        {
            throw StatusException.BadRequest($"error decoding the body of the request: {error.Message}");
        }
    }

    /// <summary>The object in the body; it must be of the kind and version of the path.</summary>
    public async Task<JsonObject> ObjectAsync()
    {
        if (await BodyAsync() is not JsonObject value) throw StatusException.BadRequest("the body of the request is no object");
        var kind = Json.Text(value, "kind");
        var version = Json.Text(value, "apiVersion");
        if (kind is { Length: > 0 } && kind != Type.Kind)
            throw StatusException.BadRequest($"{Type.Kind} in version \"{Path.Version}\" cannot be handled as a {kind}: the object provided is unrecognized");
        if (version is { Length: > 0 } && version != Type.ApiVersion(Path.Version))
        {
            throw StatusException.BadRequest(
                $"the API version in the data ({version}) does not match the expected API version ({Type.ApiVersion(Path.Version)})");
        }

        return value;
    }
}
