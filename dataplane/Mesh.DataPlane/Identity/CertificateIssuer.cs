namespace Mesh.DataPlane.Identity;

/// <summary>Has a CSR signed by some CA; keeps the data plane free of the CA's protocol.</summary>
/// <returns>PEM blocks: leaf, intermediates, and last one element with all roots.</returns>
public delegate Task<IReadOnlyList<string>> CertificateIssuer(string csrPem, CancellationToken cancellationToken);
