namespace Mesh.DataPlane.Http.GrpcWeb;

/// <summary>A media type of gRPC-Web: <c>application/grpc-web</c> or, in base64, <c>application/grpc-web-text</c>.</summary>
/// <param name="Subtype">How messages are written, such as <c>+proto</c>; empty when not said.</param>
/// <remarks>Source: gRPC, "PROTOCOL-WEB.md".</remarks>
internal readonly record struct GrpcWebMediaType(bool IsText, string Subtype)
{
    private const string Binary = "application/grpc-web";
    private const string Text = "-text";

    /// <summary>Null for every other type.</summary>
    public static GrpcWebMediaType? Parse(string? contentType)
    {
        if (contentType is null || !contentType.StartsWith(Binary, StringComparison.OrdinalIgnoreCase)) return null;
        var rest = contentType.AsSpan(Binary.Length);
        var isText = rest.StartsWith(Text, StringComparison.OrdinalIgnoreCase);
        if (isText) rest = rest[Text.Length..];
        var parameters = rest.IndexOf(';');
        if (parameters >= 0) rest = rest[..parameters];
        rest = rest.TrimEnd();
        return rest.IsEmpty || rest[0] == '+' ? new GrpcWebMediaType(isText, rest.ToString()) : null;
    }

    /// <summary>What the answer is to be: as the caller accepts it, and as it asked when it does not say.</summary>
    public GrpcWebMediaType Answer(string accept)
    {
        if (accept.Contains(Binary + Text, StringComparison.OrdinalIgnoreCase)) return this with { IsText = true };
        return accept.Contains(Binary, StringComparison.OrdinalIgnoreCase) ? this with { IsText = false } : this;
    }

    /// <summary>The type of the answer; clients insist on a subtype.</summary>
    public override string ToString() => (IsText ? Binary + Text : Binary) + (Subtype.Length == 0 ? "+proto" : Subtype);
}
