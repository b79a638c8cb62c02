package access

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"time"
)

// clockSkew is how far the clocks of machines may be apart.
const clockSkew = time.Hour

// certify makes an authority, and a certificate of the servers, which prove by it who they are to clients and to each other.
func (d *directory) certify(o Order) error {
	authority := &x509.Certificate{
		Subject: pkix.Name{CommonName: o.Namespace + " authority"}, IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	authorityKey, err := d.issue(o, authority, authority, nil, "ca")
	if err != nil {
		return err
	}
	server := &x509.Certificate{
		Subject: pkix.Name{CommonName: o.Namespace + " server"}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	for _, host := range o.Hosts {
		if ip := net.ParseIP(host); ip != nil {
			server.IPAddresses = append(server.IPAddresses, ip)
		} else {
			server.DNSNames = append(server.DNSNames, host)
		}
	}
	_, err = d.issue(o, server, authority, authorityKey, "server")
	return err
}

// issue signs a certificate with the key of its parent, or its own when there is none, and writes both.
func (d *directory) issue(o Order, cert, parent *x509.Certificate, signer *ecdsa.PrivateKey, name string) (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	if signer == nil {
		signer = key
	}
	if cert.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)); err != nil {
		return nil, err
	}
	cert.NotBefore, cert.NotAfter = o.Now.Add(-clockSkew), o.Now.Add(o.Valid)
	der, err := x509.CreateCertificate(rand.Reader, cert, parent, key.Public(), signer)
	if err != nil {
		return nil, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	if err := d.write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), tlsDir, name+".pem"); err != nil {
		return nil, err
	}
	return key, d.write(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}), tlsDir, name+"-key.pem")
}
