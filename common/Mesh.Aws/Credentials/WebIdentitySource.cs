using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Mesh.Aws.Credentials;

/// <summary>
/// A role that is assumed with a token in a file: IAM roles for service accounts of EKS. STS AssumeRoleWithWebIdentity, which
/// is not signed.
/// </summary>
internal sealed class WebIdentitySource(AwsEnvironment environment, HttpClient http) : ICredentialsSource
{
    private static readonly XNamespace Sts = "https://sts.amazonaws.com/doc/2011-06-15/";

    public string Name => "web identity token";

    public async Task<AwsCredentials?> FetchAsync(CancellationToken cancellationToken)
    {
        var profile = environment.Profile;
        var file = environment["AWS_WEB_IDENTITY_TOKEN_FILE"] ?? profile.GetValueOrDefault("web_identity_token_file");
        if (file is null) return null;
        var role = environment["AWS_ROLE_ARN"] ?? profile.GetValueOrDefault("role_arn")
            ?? throw new AwsCredentialsException("AWS_WEB_IDENTITY_TOKEN_FILE is set; set AWS_ROLE_ARN too");
        var region = environment.Region ?? throw new AwsCredentialsException("AWS_REGION is needed to know which STS to ask; set it");
        KeyValuePair<string, string>[] form =
        [
            new("Action", "AssumeRoleWithWebIdentity"),
            new("Version", "2011-06-15"),
            new("RoleArn", role),
            new("RoleSessionName", environment["AWS_ROLE_SESSION_NAME"] ?? "mesh"),
            // Read each time: the kubelet replaces it.
            new("WebIdentityToken", await TokenFiles.ReadAsync(file, cancellationToken).ConfigureAwait(false)),
        ];
        var endpoint = environment.Endpoint("sts", region);
        var (isSuccess, text) = await MetadataHttp.SendAsync(
            http, () => new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new FormUrlEncodedContent(form) }, cancellationToken).ConfigureAwait(false);
        return isSuccess ? Parse(text) : throw new AwsCredentialsException($"STS refuses to let this workload assume {role}: {Error(text)}");
    }

    private static AwsCredentials Parse(string text)
    {
        try
        {
            var credentials = XDocument.Parse(text).Descendants(Sts + "Credentials").Single();
            return new AwsCredentials(
                Value("AccessKeyId"), Value("SecretAccessKey"), Value("SessionToken"),
                DateTimeOffset.Parse(Value("Expiration"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));

            string Value(string name) => credentials.Elements(Sts + name).Single().Value;
        }
        catch (Exception exception) when (exception is XmlException or InvalidOperationException or FormatException)
        {
            throw new AwsCredentialsException("STS answered something that is no AssumeRoleWithWebIdentityResponse", exception);
        }
    }

    private static string Error(string text)
    {
        try
        {
            var error = XDocument.Parse(text).Descendants().FirstOrDefault(element => element.Name.LocalName == "Error");
            var parts = error?.Elements().Where(element => element.Name.LocalName is "Code" or "Message").Select(element => element.Value);
            return parts is null ? "no reason given" : string.Join(": ", parts);
        }
        catch (XmlException)
        {
            return "no reason given";
        }
    }
}
